"""An installation with several connections: declared in a file, checked before it starts, named when one fails."""

from __future__ import annotations

from office import Office


def declare(office: Office, text: str) -> str:
    (office.folder / "connections.yml").write_text(text, encoding="utf-8")
    return "connections.yml"


def move(office: Office, model: str, connection: str) -> None:
    """Put a model of the bakery on another connection."""
    for path in (office.folder / "semantic_layer").rglob("*.yml"):
        text = path.read_text(encoding="utf-8")
        head = f"- name: {model}\n"
        if head in text:
            before, _, after = text.partition(head)
            path.write_text(
                before + head + after.replace("{source: ", f"{{connection: {connection}, source: ", 1), encoding="utf-8"
            )


def test_a_question_over_two_connections_shows_the_statements_of_each_and_the_merge(office: Office) -> None:
    move(office, "customers", "cards")
    file = declare(office, f'cards: {{url: "duckdb:///{office.warehouse}"}}\n')
    query = '{"metrics": ["sales"], "group_by": ["tier"]}'

    here = office.run("query", query, "--as", "bea", "--json")
    told = office.run("query", query, "--as", "bea", "--json", ANABOT_CONNECTIONS=file)
    shown = office.run("query", query, "--as", "bea", "--json", "--sql", ANABOT_CONNECTIONS=file)

    assert here.code == 1  # nothing declares `cards`
    assert [part["connection"] for part in told.json["sql"]] == ["default", "cards", "merge"]
    assert told.json["sql"] == shown.json["sql"]
    assert [row[0] for row in told.json["rows"]] == ["bronze", "gold", "silver", None]


def test_a_model_on_a_connection_that_is_not_declared_is_a_fault_with_the_nearest_name(office: Office) -> None:
    move(office, "customers", "card")
    file = declare(office, f'cards: {{url: "duckdb:///{office.warehouse}"}}\n')

    told = office.run("check", ANABOT_CONNECTIONS=file)

    assert told.code == 1
    assert "The model `customers` lies on the connection `card`, which is not declared." in told.out
    assert "`cards`" in told.out


def test_default_may_stand_in_the_file_alone_but_not_in_both_places(office: Office) -> None:
    file = declare(office, f'default: {{url: "duckdb:///{office.warehouse}"}}\n')

    both = office.run("query", '{"metrics": ["sales"]}', "--as", "bea", ANABOT_CONNECTIONS=file)

    assert both.code == 1
    assert "`default` is declared twice" in both.err


def test_a_connection_that_fails_is_named_and_its_url_is_not(office: Office) -> None:
    move(office, "customers", "cards")
    file = declare(office, 'cards: {url: "postgresql://ana:s3cr3t@127.0.0.1:1/cards"}\n')

    told = office.run("query", '{"metrics": ["sales"], "group_by": ["tier"]}', "--as", "bea", "--json", ANABOT_CONNECTIONS=file)

    assert told.code == 1
    assert "On `cards`" in told.out + told.err
    assert "s3cr3t" not in told.out + told.err
    assert "postgresql://" not in told.out + told.err
