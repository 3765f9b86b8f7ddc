"""Made-up words of customers for tests of the page. In: nothing. Out: texts with their evidence, level and reason."""

from __future__ import annotations

QUOTES: tuple[tuple[str, dict[str, str], str], ...] = (
    (
        "Llevo tres semanas llamando y nadie me ha contestado. Cuando por fin descuelgan, me pasan de uno a otro hasta "
        "que se corta.",
        {"ignored": "nadie me ha contestado", "obstructed": "me pasan de uno a otro"},
        "hx_risk",
    ),
    (
        "Escribí cinco correos a la dirección que sale en la web. Ni una respuesta, ni automática.",
        {"ignored": "Ni una respuesta"},
        "hx_risk",
    ),
    (
        "Me dijeron que la tarifa no subiría y al segundo mes ya pagaba el doble. Eso es mentir.",
        {"deceived": "Me dijeron que la tarifa no subiría y al segundo mes ya pagaba el doble"},
        "hx",
    ),
    (
        "Para darme de baja hay que ir en persona, con cita, y la cita no existe.",
        {"obstructed": "la cita no existe", "leaving": "darme de baja"},
        "hx",
    ),
    (
        "El técnico iba a venir el martes. Hoy es viernes y sigo sin luz en la cocina.",
        {"promise_broken": "El técnico iba a venir el martes", "failure": "sigo sin luz en la cocina"},
        "hx_risk",
    ),
    ("La lavadora volvió del taller con el mismo ruido que antes.", {"failure": "con el mismo ruido"}, "dissatisfied"),
    (
        "Doce euros por un café y dos tostadas me parece mucho para lo que es.",
        {"overpriced": "me parece mucho"},
        "dissatisfied",
    ),
    (
        "El encargado se rió de mí delante de la cola cuando pregunté por la devolución.",
        {"disrespected": "se rió de mí delante de la cola"},
        "hx",
    ),
    ("No vengáis aquí: hay tiendas mejores a dos calles.", {"warns_others": "No vengáis aquí"}, "hx_voiced"),
)

PRAISE: tuple[tuple[str, dict[str, str], str], ...] = (
    (
        "Pregunté por la mañana y a mediodía lo tenía arreglado. Así da gusto.",
        {"responsive": "a mediodía lo tenía arreglado", "resolved": "lo tenía arreglado"},
        "cx",
    ),
    (
        "Marta se sentó conmigo y me explicó la factura línea por línea, sin prisas.",
        {"kind": "me explicó la factura línea por línea, sin prisas"},
        "cx",
    ),
    (
        "Me avisaron de que el modelo barato me bastaba. Pocas tiendas dicen eso.",
        {"honest": "Me avisaron de que el modelo barato me bastaba"},
        "cx",
    ),
)

CALLS: tuple[tuple[str, dict[str, str], str, str, tuple[str, str]], ...] = (
    (
        "Desde el lunes sin línea y en el teléfono solo música. Mi madre depende de ese aparato.",
        {"ignored": "en el teléfono solo música", "failure": "sin línea"},
        "hx_risk",
        "support",
        ("Ignored: “en el teléfono solo música”", "Ignorado: «en el teléfono solo música»"),
    ),
    (
        "Me cobraron dos veces y para reclamar me piden un formulario que su página no deja enviar.",
        {"obstructed": "me piden un formulario que su página no deja enviar"},
        "hx_risk",
        "purchase",
        ("Obstructed: a form that cannot be sent", "Obstaculizado: un formulario que no se deja enviar"),
    ),
    (
        "Quedaron en devolverme el dinero antes del día quince. Estamos a treinta.",
        {"promise_broken": "Quedaron en devolverme el dinero antes del día quince"},
        "hx",
        "support",
        ("Promise broken: a refund that is overdue", "Promesa incumplida: una devolución vencida"),
    ),
    (
        "The agent said my warranty covered it, and then sent me a bill for the whole repair.",
        {"deceived": "said my warranty covered it"},
        "hx",
        "support",
        ("Deceived: “said my warranty covered it”", "Engañado: «said my warranty covered it»"),
    ),
    (
        "Cancelé en marzo y me siguen llamando tres veces al día para que vuelva.",
        {"harassed": "me siguen llamando tres veces al día", "leaving": "Cancelé en marzo"},
        "hx",
        "exit",
        ("Harassed: three calls a day", "Acosado: tres llamadas al día"),
    ),
)
