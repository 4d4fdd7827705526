from consult.settings import Settings
from consult.wire import describe_types, from_client, to_client
from consult.wire.closes import MEANING


def test_the_browsers_types_are_those_of_the_wire() -> None:
    written = Settings().web_root / "static/scripts/wire.js"
    assert written.read_text(encoding="utf-8") == describe_types.render(), (
        "run: python -m consult.wire.describe_types > web/static/scripts/wire.js"
    )


def test_every_frame_and_every_close_code_is_described() -> None:
    page = describe_types.render()
    for union in (from_client.ClientFrame, to_client.ServerFrame):
        for frame in union.__args__:
            assert f't: "{frame.__name__}"' in page
            assert f"}} {frame.__name__} */" in page
    for code in MEANING:
        assert f"  {int(code)}: {{" in page


def test_a_field_with_a_default_is_optional_and_a_named_choice_is_used() -> None:
    page = describe_types.render()
    assert "retry_ms?: number | null" in page
    assert "stage: CallStage" in page
    assert 'kind: "answer" | "offer"' in page
