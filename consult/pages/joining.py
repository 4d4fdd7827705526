"""What a citizen typed on the start page, checked; each fault is said beside its field. Pure."""

from consult.accounts.names import clean_application_number, clean_name
from consult.accounts.phone import to_e164
from consult.office import notice
from consult.office.office import OfficeShown
from consult.office.store import Service
from consult.pages.forms import Errors, Fields
from consult.pages.wording import Say, collect
from consult.queue.ticket_machine import TicketForm

FIELDS = ("service", "name", "phone", "application_number", "channel", "notice")
CHANNELS = ("chat", "video")


def read_ticket_form(
    fields: Fields, office: OfficeShown, language: str, say: Say
) -> tuple[TicketForm | None, Errors]:
    """The form ready for Reception, or None and a sentence for every fault, in the order of the page."""
    errors: Errors = {}
    service = _service(fields.one("service"), office, errors, say)
    name = collect(errors, say, lambda: clean_name(fields.one("name")))
    phone = collect(errors, say, lambda: to_e164(fields.one("phone")))
    number = collect(errors, say, lambda: clean_application_number(fields.one("application_number")))
    channel = fields.one("channel")
    if channel not in CHANNELS:
        errors["channel"] = say("field.channel_missing")
    if not fields.ticked("notice"):
        errors["notice"] = say("error.notice_unread")
    if errors or service is None or name is None or phone is None or number is None:
        return None, errors
    form = TicketForm(
        service=service.id,
        letter=service.letter,
        name=name,
        phone=phone,
        application_number=number,
        channel=channel,
        language=language,
        notice_version=notice.VERSION,
        notice_language=language,
    )
    return form, errors


def _service(service_id: str, office: OfficeShown, errors: Errors, say: Say) -> Service | None:
    service = next((one for one in office.services if one.id == service_id), None)
    if service is None:
        errors["service"] = say("field.service_missing")
    elif not office.opening(service).open:
        errors["service"] = say("error.closed_hours")
    return service
