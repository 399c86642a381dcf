"""Supplier invoices, in the shape procurement keeps them: headers, lines, and allocations to programs.

It plants T02 (no service period), T03 (the same invoice entered twice), T04 (voided and disputed ones stay), T05 (gross
includes tax), T06 (allocations that do not add up) and T07 (credits are kept as positive amounts).
"""

from __future__ import annotations

from typing import NamedTuple

import pyarrow as pa

from demo.halden import columns, usage
from demo.halden.columns import as_date, rounded
from demo.halden.invoices import months
from demo.halden.world import FIRST_DAY, LAST_DAY, Program, World

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
    return _Maker(world).made()


class _Maker:
    """Makes documents month by month, and puts the planted ones among them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rng = world.rng("proc.invoice")
        self.documents: list[Document] = []
        self.copied = _copied_amounts(world)
        self.crooked = sorted(world.rng("proc.crooked").sample(range(400, 5_000, 11), CROOKED_LINES))
        self.candidates = 0
        self.lines_made = 0

    def made(self) -> list[Document]:
        """All documents that have arrived."""
        for first, after in months():
            sizes = usage.sizes(self.world, after - 1)
            live = [(program, sizes[program.code]) for program in self.world.programs if program.code in sizes]
            for supplier in suppliers(self.world):
                date = after + self.rng.randrange(4, 21)
                if date <= LAST_DAY:
                    self.month_of(supplier, first, after, date, live)
        return self.documents

    def month_of(self, supplier: Supplier, first: int, after: int, date: int, live: list[tuple[Program, int]]) -> None:
        """A supplier's document for a month, and its copy where one is planted."""
        rng = self.rng
        is_copied = self.to_be_copied(supplier)
        amount = (
            self.copied.pop()
            if is_copied
            else supplier.typical * rng.randrange(80, 131) * (75 + (first - FIRST_DAY) // 10) // 10_000
        )
        kind = "credit" if not is_copied and rng.random() < 0.035 else "invoice"
        status = "paid" if is_copied else rng.choices(("paid", "approved", "disputed", "voided"), (78, 14, 4, 4))[0]
        document = Document(
            id=len(self.documents) + 1,
            supplier=supplier,
            number=f"{supplier.name[:3].upper()}-{as_date(first):%y%m}-{supplier.id}",
            date=date,
            service=(first, after - 1) if rng.random() >= 0.18 else None,
            kind=kind,
            status=status,
            copy_of=None,
            lines=self.lines(amount // 9 if kind == "credit" else amount, live, straight=is_copied),
        )
        self.documents.append(document)
        if is_copied:
            self.documents.append(self.copy(document))

    def to_be_copied(self, supplier: Supplier) -> bool:
        """Whether this document is one of those that are entered twice: small ones in dollars, spread over the years."""
        if supplier.currency != "USD" or supplier.category == "BPO labor":
            return False
        self.candidates += 1
        return bool(self.copied) and self.candidates % COPY_EVERY == 0

    def lines(self, amount: int, live: list[tuple[Program, int]], *, straight: bool) -> tuple[Line, ...]:
        """Lines that add up to the amount; larger programs are drawn more often, each once a line."""
        rng = self.rng
        cuts = sorted(rng.randrange(1, amount) for _ in range(rng.randrange(2, 5)))
        made = []
        for low, high in zip([0, *cuts], [*cuts, amount], strict=True):
            drawn = rng.choices([program for program, _ in live], [size for _, size in live], k=rng.randrange(1, 4))
            programs = list({program.code: program for program in drawn}.values())
            shares = zip(programs, self.percents(len(programs), straight=straight), strict=True)
            made.append(Line(self.next_line(), 1 + rng.randrange(400), high - low, tuple(shares)))
        return tuple(made)

    def percents(self, count: int, *, straight: bool) -> tuple[int, ...]:
        """Shares that add up to 100, or on the planted lines to 99 or 102."""
        first, *rest = {1: (100,), 2: (65, 35), 3: (50, 30, 20)}[count]
        if self.crooked and self.lines_made >= self.crooked[0] and not straight:
            first += 2 if self.crooked.pop(0) % 2 else -1
        return (first, *rest)

    def next_line(self) -> int:
        """A line id of its own."""
        self.lines_made += 1
        return self.lines_made

    def copy(self, document: Document) -> Document:
        """The same document typed in again, with other case and spaces in its number."""
        lines = tuple(line._replace(id=self.next_line()) for line in document.lines)
        typed = document.number.lower() if self.rng.random() < 0.5 else f" {document.number} "
        return document._replace(
            id=len(self.documents) + 1, number=typed, status="approved", copy_of=document.id, lines=lines
        )  # fmt: skip


def _copied_amounts(world: World) -> list[int]:
    """Thirty-one amounts in cents that add up to the planted sum."""
    rng = world.rng("proc.copies")
    parts = [rng.randrange(450_000, 950_000) for _ in range(DUPLICATES - 1)]
    scale = [part * 21_100_000 // sum(parts) for part in parts]
    return [*scale, DUPLICATED_CENTS - sum(scale)]


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
