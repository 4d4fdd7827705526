"""Telephone numbers as people type them, kept as E.164. Pure."""

import phonenumbers

from consult.errors import BadRequest

HOME_REGION = "ID"
_UNREAD = {
    phonenumbers.NumberParseException.TOO_LONG: "too_long",
    phonenumbers.NumberParseException.TOO_SHORT_NSN: "too_short",
    phonenumbers.NumberParseException.TOO_SHORT_AFTER_IDD: "too_short",
}


def to_e164(typed: str, region: str = HOME_REGION) -> str:
    """`0812-3456-7890` and `+62 812 3456 7890` alike. Raises BadRequest with the reason.

    Reasons: `missing`, `unreadable`, `too_short`, `too_long`, `impossible`.
    """
    if not typed.strip():
        raise BadRequest(field="phone", reason="missing")
    try:
        number = phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException as error:
        raise BadRequest(field="phone", reason=_UNREAD.get(error.error_type, "unreadable")) from None
    match phonenumbers.is_possible_number_with_reason(number):
        case phonenumbers.ValidationResult.TOO_SHORT:
            raise BadRequest(field="phone", reason="too_short")
        case phonenumbers.ValidationResult.TOO_LONG:
            raise BadRequest(field="phone", reason="too_long")
    if not phonenumbers.is_valid_number(number):
        raise BadRequest(field="phone", reason="impossible")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
