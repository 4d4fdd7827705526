"""Texts that are no frame. Every one is refused as bad_request, and the connection stays.

`@n` is the next number of the stream and `@mine` the sender's own ticket.
"""

import json

DEEP = 30_000
POST = '{"t":"PostMessage","cseq":@n,"ticket":"@mine","text":%s}'

NO_JSON = {
    "nothing": "",
    "a space": " ",
    "NUL": "\x00",
    "a byte order mark": '\ufeff{"t":"Ping","n":1}',
    "half an object": "{",
    "an object never closed": '{"t":"Ping","n":1',
    "closed twice": '{"t":"Ping","n":1}}',
    "two frames in one": '{"t":"Ping","n":1}{"t":"Ping","n":2}',
    "two lines": '{"t":"Ping","n":1}\n{"t":"Ping","n":2}',
    "words": "selamat pagi",
    "markup": "<script>alert(1)</script>",
    "minus": "-",
    "NaN": "NaN",
    "Infinity": "-Infinity",
    "an array without end": "[" * DEEP,
    "objects without end": '{"a":' * (DEEP // 3) + "1",
    "arrays within arrays": "[" * DEEP + "]" * DEEP,
    "deep in an unknown field": '{"t":"Ping","n":1,"x":' + "[" * DEEP + "]" * DEEP + "}",
    "deep in a known field": '{"t":"Ping","n":' + "[" * DEEP + "]" * DEEP + "}",
    "single quotes": "{'t':'Ping','n':1}",
    "names without quotes": '{t:"Ping",n:1}',
    "a comment": '{"t":"Ping",/* n */"n":1}',
    "a comma too many": '{"t":"Ping","n":1,}',
    "a comma missing": '{"t":"Ping" "n":1}',
    "a hexadecimal number": '{"t":"Ping","n":0x1}',
    "a number with a leading zero": '{"t":"Ping","n":01}',
    "a number with a plus": '{"t":"Ping","n":+1}',
    "a number that ends in a dot": '{"t":"Ping","n":1.}',
    "NaN in an unknown field": '{"t":"Ping","n":1,"x":NaN}',
    "a text across lines": '{"t":"Ping","n":1,"x":"a\nb"}',
    "a raw control character": '{"t":"Ping","n":1,"x":"\x1f"}',
    "an unknown escape": '{"t":"Ping","n":1,"x":"\\q"}',
    "a cut escape": '{"t":"Ping","n":1,"x":"\\u00"}',
    "half a pair": '{"t":"Ping","n":1,"x":"\\ud83d"}',
    "a pair the wrong way round": '{"t":"Ping","n":1,"x":"\\ude00\\ud83d"}',
}

NO_FRAME = {
    "a number": "17",
    "a text": '"Ping"',
    "null": "null",
    "true": "true",
    "an array": "[]",
    "an array of frames": '[{"t":"Ping","n":1}]',
    "an empty object": "{}",
    "no kind": '{"n":1}',
    "an empty kind": '{"t":""}',
    "kind null": '{"t":null}',
    "kind a number": '{"t":17}',
    "kind an array": '{"t":["Ping"],"n":1}',
    "kind in other case": '{"t":"ping","n":1}',
    "kind with a space": '{"t":"Ping ","n":1}',
    "kind with NUL": '{"t":"Ping\\u0000","n":1}',
    "kind in Cyrillic": '{"t":"\u0420ing","n":1}',
    "kind of 60,000 letters": '{"t":"' + "P" * 60_000 + '"}',
    "a kind from the future": '{"t":"TeleportCitizen","n":1}',
    "the class of all frames": '{"t":"FromClient"}',
    "a word of Python": '{"t":"__class__","n":1}',
    "what only the service says": '{"t":"Acked","cseq":1,"at":1}',
    "a welcome": '{"t":"WelcomeApplicant","v":1}',
    "an entry of the conversation": '{"t":"EntryAdded","ticket":"@mine","entry":{}}',
    "two kinds, a right one last": '{"t":"Typing","ticket":"a","t":"Ping","n":1}',
    "two kinds, a wrong one last": '{"t":"Ping","n":1,"t":"Typing"}',
    "a field twice, the wrong value last": '{"t":"Ping","n":1,"n":-1}',
    "a field twice, the wrong value first": '{"t":"Ping","n":-1,"n":1}',
    "a second hello": '{"t":"Hello","v":1,"stream":"abcdefghijklmnop","csrf":""}',
    "a hello of another version": '{"t":"Hello","v":2}',
    "5,001 tickets, one wrong": '{"t":"Refresh","seqs":{'
    + ",".join(f'"{n}":1' for n in range(5_000))
    + ',"x":-1}}',
}

NO_MESSAGE = {
    "a message with half a pair": POST % '"\\ud800"',
    "a message with a pair turned round": POST % '"\\udc00\\ud800"',
    "a message of NUL": POST % '"\\u0000"',
    "a message with NUL at its end": POST % '"halo\\u0000"',
    "a message of 16,385 letters": POST % json.dumps("x" * 16_385),
    "a message of nothing": POST % '""',
    "a message that is a list": POST % '["a"]',
    "a message that is a number at last": POST % '"a","text":17',
    "a message under two numbers": POST % '"a","cseq":-1',
}

# These can be read after all; the last of two values counts, unknown fields do not.
READABLE = {
    "a field twice": '{"t":"Ping","n":1,"n":7}',
    "minus nothing": '{"t":"Ping","n":-0}',
    "an unknown number beyond all measure": '{"t":"Ping","n":8,"x":1e400}',
    "an unknown whole number beyond all measure": '{"t":"Ping","n":9,"x":' + "9" * 1_000 + "}",
    "the largest number": '{"t":"Ping","n":9007199254740991}',
    "spaces all around": ' \t\r\n{ "t" : "Ping" , "n" : 10 } \n',
    "the kind last": '{"n":11,"t":"Ping"}',
    "the kind written in escapes": '{"\\u0074":"\\u0050ing","n":12}',
    "fields with names of Python": '{"t":"Ping","n":13,"__class__":"x","__proto__":{"n":1}}',
}
