"""Supplier invoices, in the shape procurement keeps them: headers, lines, and allocations to programs.

It plants T02 (no service period), T03 (the same invoice entered twice), T04 (voided and disputed ones stay), T05 (gross
includes tax), T06 (allocations that do not add up) and T07 (credits are kept as positive amounts).
"""

from __future__ import annotations

import random
from typing import NamedTuple

import pyarrow as pa

from demo.halden import columns
from demo.halden.columns import as_date, rounded
from demo.halden.invoices import months
from demo.halden.world import LAST_DAY, Program, World

DUPLICATES, DUPLICATED_CENTS = 31, 21_844_000
COPY_EVERY = 11  # of the invoices that may be entered twice
CROOKED_LINES = 14
# name stem, category, country, currency, tax percent, how many
KINDS = (
    ("Annotation Partners", "BPO labor", "Philippines", "PHP", 12, 8),
    ("Data Services", "BPO labor", "India", "INR", 18, 8),
    ("Labeling Hub", "BPO labor", "Kenya", "KES", 16, 5),
    ("Workforce", "BPO labor", "United States", "USD", 0, 5),
    ("Etikett", "BPO labor", "Germany", "EUR", 19, 4),
    ("Tools", "software", "United States", "USD", 0, 6),
    ("Assurance", "compliance", "United Kingdom", "GBP", 20, 4),
    ("Facilities", "facilities", "United States", "USD", 0, 5),
)
STEMS = ("Aurora", "Banyan", "Cascade", "Dune", "Estuary", "Fern", "Grove", "Hollow")


class Supplier(NamedTuple):
    """Who sends invoices. `typical` is a usual month in cents of its currency."""

    id: int
    name: str
    category: str
    country: str
    currency: str
    tax_percent: int
    typical: int


class Line(NamedTuple):
    """One line; `shares` are (program, percent) and should add up to 100."""

    id: int
    quantity: int
    cents: int
    shares: tuple[tuple[Program, int], ...]


class Document(NamedTuple):
    """One header with its lines. `kind` is invoice or credit; both are kept positive."""

    id: int
    supplier: Supplier
    number: str
    date: int
    service: tuple[int, int] | None  # [first day, last day]
    kind: str
    status: str
    copy_of: int | None
    lines: tuple[Line, ...]

    @property
    def net(self) -> int:
        """The lines, in cents of the supplier's currency."""
        return sum(line.cents for line in self.lines)

    @property
    def tax(self) -> int:
        """Value-added tax on the lines."""
        return rounded(self.net * self.supplier.tax_percent, 100)

    @property
    def service_day(self) -> int:
        """The first day of the service month; the month before the invoice where none is given."""
        if self.service is not None:
            return self.service[0]
        return columns.day(*_month_before(self.date), 1)

    @property
    def kept(self) -> bool:
        """Whether it is a cost: not voided, not disputed, not a copy."""
        return self.status in ("approved", "paid") and self.copy_of is None


def _month_before(number: int) -> tuple[int, int]:
    date = as_date(number)
    return (date.year, date.month - 1) if date.month > 1 else (date.year - 1, 12)


def documents(world: World) -> list[Document]:
    """All supplier documents of this world, by id."""
    return world.once("procurement", _make)


def suppliers(world: World) -> list[Supplier]:
    """All suppliers of this world."""
    return world.once("suppliers", _suppliers)


def _suppliers(world: World) -> list[Supplier]:
    rng = world.rng("proc.supplier")
    per_dollar = {"USD": 1, "PHP": 56, "INR": 83, "KES": 137, "EUR": 1, "GBP": 1}
    made: list[Supplier] = []
    for stem, category, country, currency, tax, count in KINDS:
        for number in range(count):
            typical = rng.randrange(28_000, 90_000) * 100 if category == "BPO labor" else rng.randrange(4_000, 12_000) * 100
            name = f"{STEMS[number]} {stem}"
            made.append(Supplier(501 + len(made), name, category, country, currency, tax, typical * per_dollar[currency]))
    return made


def _make(world: World) -> list[Document]:
    rng = world.rng("proc.invoice")
    made: list[Document] = []
    line_id = [0]
    copied, candidates = _copied_amounts(world), 0
    crooked = set(world.rng("proc.crooked").sample(range(400, 4_000, 11), CROOKED_LINES))
    for first, after in months():
        live = [program for program in world.programs if program.starts <= first < program.ends]
        for supplier in suppliers(world):
            date = after + rng.randrange(4, 21)
            if date > LAST_DAY:
                continue
            may_be_copied = supplier.currency == "USD" and supplier.category != "BPO labor"
            candidates += may_be_copied
            is_copied = may_be_copied and bool(copied) and candidates % COPY_EVERY == 0
            amount = copied.pop() if is_copied else supplier.typical * rng.randrange(80, 131) // 100
            kind = "credit" if not is_copied and rng.random() < 0.035 else "invoice"
            amount = amount // 9 if kind == "credit" else amount
            status = "paid" if is_copied else rng.choices(("paid", "approved", "disputed", "voided"), (80, 14, 3, 3))[0]
            service = (first, after - 1) if rng.random() >= 0.18 else None
            lines = _lines(rng, amount, live, line_id, crooked)
            document = Document(
                len(made) + 1, supplier, f"{supplier.name[:3].upper()}-{as_date(first):%y%m}-{supplier.id}", date, service, kind,
                status, None, lines,
            )  # fmt: skip
            made.append(document)
            if is_copied:
                made.append(_copy(rng, document, len(made) + 1, line_id))
    return made


def _copied_amounts(world: World) -> list[int]:
    """Thirty-one amounts in cents that add up to the planted sum."""
    rng = world.rng("proc.copies")
    parts = [rng.randrange(450_000, 950_000) for _ in range(DUPLICATES - 1)]
    scale = [part * 21_100_000 // sum(parts) for part in parts]
    return [*scale, DUPLICATED_CENTS - sum(scale)]


def _lines(rng: random.Random, amount: int, live: list[Program], line_id: list[int], crooked: set[int]) -> tuple[Line, ...]:
    parts = rng.randrange(3, 6)
    cuts = sorted(rng.randrange(1, amount) for _ in range(parts - 1))
    lines = []
    for low, high in zip([0, *cuts], [*cuts, amount], strict=True):
        line_id[0] += 1
        programs = rng.sample(live, rng.randrange(1, 4))
        percents = {1: (100,), 2: (65, 35), 3: (50, 30, 20)}[len(programs)]
        if line_id[0] in crooked:
            percents = (percents[0] + (2 if line_id[0] % 2 else -1), *percents[1:])
        lines.append(Line(line_id[0], 1 + rng.randrange(400), high - low, tuple(zip(programs, percents, strict=True))))
    return tuple(lines)


def _copy(rng: random.Random, document: Document, number: int, line_id: list[int]) -> Document:
    """The same document typed in again, with other case and spaces in its number."""
    lines = []
    for line in document.lines:
        line_id[0] += 1
        lines.append(line._replace(id=line_id[0]))
    date = document.date
    typed = document.number.lower() if rng.random() < 0.5 else f" {document.number} "
    return document._replace(id=number, number=typed, date=date, status="approved", copy_of=document.id, lines=tuple(lines))


def tables(world: World) -> dict[str, pa.Table]:
    """`supplier`, `invoice_header`, `invoice_line` and `invoice_line_allocation` of `raw_proc`."""
    made, known = documents(world), suppliers(world)
    lines = [(document, line) for document in made for line in document.lines]
    shares = [(line, position, *share) for _, line in lines for position, share in enumerate(line.shares, start=1)]
    return {
        "raw_proc.supplier": columns.table(
            {
                "supplier_id": columns.whole([s.id for s in known]),
                "name": columns.text([s.name for s in known]),
                "category": columns.text([s.category for s in known]),
                "country": columns.text([s.country for s in known]),
                "currency": columns.text([s.currency for s in known]),
            }
        ),
        "raw_proc.invoice_header": columns.table(
            {
                "id": columns.whole([d.id for d in made]),
                "supplier_id": columns.whole([d.supplier.id for d in made]),
                "invoice_number": columns.text([d.number for d in made]),
                "invoice_date": columns.dates([d.date for d in made]),
                "service_period_start": columns.dates([d.service[0] if d.service else None for d in made]),
                "service_period_end": columns.dates([d.service[1] if d.service else None for d in made]),
                "type": columns.text([d.kind for d in made]),
                "currency": columns.text([d.supplier.currency for d in made]),
                "gross_total": columns.money([d.net + d.tax for d in made]),
                "tax_amount": columns.money([d.tax for d in made]),
                "status": columns.text([d.status for d in made]),
            }
        ),
        "raw_proc.invoice_line": columns.table(
            {
                "id": columns.whole([line.id for _, line in lines]),
                "header_id": columns.whole([d.id for d, _ in lines]),
                "quantity": columns.whole([line.quantity for _, line in lines]),
                "amount": columns.money([line.cents for _, line in lines]),
                "category": columns.text([d.supplier.category for d, _ in lines]),
            }
        ),
        "raw_proc.invoice_line_allocation": columns.table(
            {
                "line_id": columns.whole([line.id for line, *_ in shares]),
                "position": columns.whole([position for _, position, _, _ in shares]),
                "cost_center": columns.text([f"CC-{program.code[4:]}" for _, _, program, _ in shares]),
                "program_code": columns.text([program.code for _, _, program, _ in shares]),
                "pct": columns.whole([percent for *_, percent in shares]),
            }
        ),
    }
