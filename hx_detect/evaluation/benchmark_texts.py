"""Texts to time a scorer on. In: a number. Out: that many texts of about 30 tokens, Spanish and English, ours."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Final

_SPANISH: Final = (
    ("Llevo tres semanas reclamando la factura", "Pedí la baja en marzo y siguen cobrándome",
     "El pedido llegó un día antes de lo previsto", "Volamos a Lima con dos horas de retraso",
     "La habitación daba al patio y se dormía bien", "Me cambiaron la cita sin avisar"),
    ("he llamado cinco veces", "el chico de recepción fue muy amable", "la app se cierra sola al pagar",
     "nadie me da una fecha", "me devolvieron el importe en dos días", "el precio subió sin explicación"),
    ("y nadie me contesta, así que me cambio.", "y todo quedó resuelto, volveré.",
     "y no sé a quién acudir ya.", "y se lo recomiendo a cualquiera.",
     "y al final tuve que ir yo mismo.", "y por lo demás, correcto, sin más."),
)  # fmt: skip
_ENGLISH: Final = (
    ("I have been chasing this refund since June", "We stayed four nights over the bank holiday",
     "My broadband has dropped every evening", "The parcel turned up a day early",
     "They moved our flight by six hours", "I opened the account at the branch in town"),
    ("rang them five times", "the lady at the desk could not have been kinder", "the app logs me out when I pay",
     "got a different answer from every agent", "had the money back in two days", "the price crept up twice"),
    ("and still nobody replies, so I am leaving.", "and it was all sorted, I will be back.",
     "and I no longer know whom to ask.", "and I would tell anyone to try it.",
     "and in the end I drove there myself.", "and otherwise it was fine, nothing special."),
)  # fmt: skip


def benchmark_texts(count: int, seed: int = 7) -> Iterator[str]:
    """Different texts of 16 to 29 words, half of them Spanish; a number in each keeps them apart.

    Args:
        count: how many.
        seed: the same seed gives the same texts.
    """
    draw = random.Random(seed)
    for number in range(count):
        openings, middles, endings = (_SPANISH, _ENGLISH)[number % 2]
        parts = (draw.choice(openings), draw.choice(middles), draw.choice(endings))
        yield f"{number}. {parts[0]}, {parts[1]} {parts[2]}"
