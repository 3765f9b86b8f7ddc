"""A training's facts -> the model card. In: ``bundle.json``, corpora manifest. Out: Markdown, English and Spanish."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hx_detect.learning.corpora import Corpus
from hx_detect.learning.datasets import EXPERIENCE

_FRONT = """---
language: [es, en]
license: other
license_name: see-training-data
library_name: hx-detect
pipeline_tag: text-classification
base_model: intfloat/multilingual-e5-small
tags: [customer-experience, sentiment, spanish, english, evidence]
---
"""
_ENGLISH = """
# {name} {version}

Tells hating experience (HX) from good customer experience (CX) in Spanish and English customer texts, with 18 signals
and the words that prove each, sentiment, stars, journey stage, kind of text and a call-back priority blind to tone.
In Spanish: [below](#en-español).

**Meant for** ranking and counting texts, finding causes and calling customers back. **Not meant for** judging a person,
deciding without a human, other languages, or as proof of what happened: it reads what the writer says.

**Made of** multilingual-e5-small (MIT), its {layers} lower layers, vocabulary cut to Spanish and English, 8-bit
OpenVINO graph, and a linear part over token n-grams. Exported against trained probabilities on {parity_texts} texts:
mean absolute difference {difference:.4f}, label agreement {agreement:.2%}.

## Figures

<!-- evaluation:en -->
<!-- /evaluation:en -->

## Training data

Texts are not in this bundle, nor in its repository. **Several sets allow academic or research use only, others state no
licence: clear the model for your purpose before commercial use.** {hx_texts} texts carry signal labels: annotated real
texts and examples written for this project, all labelled by language models under one guideline, so the agreement
between annotators is an upper bound for how people would judge.

{table}

## Limits

Rare signals (`harassed`, `honest`, `escalates`, `resolved`) had few training texts. Neutral posts, sarcasm without a
cue and texts of a few words are where it errs most. Figures on authored texts say less than figures on real ones: both
were written by language models.
"""
_SPANISH = """
# En español

Distingue la experiencia odiada (HX) de la buena experiencia de cliente (CX) en textos en español e inglés, con 18
señales y las palabras que prueban cada una, sentimiento, estrellas, etapa del recorrido, tipo de texto y una prioridad
de llamada ciega al tono.

**Sirve para** ordenar y contar textos, hallar causas y devolver llamadas. **No sirve para** juzgar a una persona,
decidir sin nadie delante, otros idiomas, ni como prueba de lo ocurrido: lee lo que dice quien escribe.

**Hecho de** multilingual-e5-small (MIT), sus {layers} capas inferiores, vocabulario reducido a español e inglés, grafo
de OpenVINO en 8 bits y una parte lineal sobre n-gramas. Exportado frente a entrenado en {parity_texts} textos:
diferencia absoluta media {difference:.4f}, etiquetas iguales {agreement:.2%}.

## Cifras

<!-- evaluation:es -->
<!-- /evaluation:es -->

## Datos y límites

Los conjuntos son los de la tabla de arriba. **Varios solo permiten uso académico o de investigación y otros no declaran
licencia: compruébelo antes de un uso comercial.** {hx_texts} textos llevan señales, etiquetadas por modelos de lenguaje
con una sola guía. Las señales raras (`harassed`, `honest`, `escalates`, `resolved`) tuvieron pocos textos. Donde más
yerra: publicaciones neutras, sarcasmo sin pistas y textos de pocas palabras.
"""


def model_card(info: Mapping[str, Any], manifest: Mapping[str, Corpus]) -> str:
    """The card, with empty places for the figures that ``hx-detect evaluate`` puts in.

    Args:
        info: ``bundle.json``.
        manifest: licences and sources by corpus name.
    """
    data = {entry["name"]: entry for entry in info["training_data"]}
    values = {
        "name": info["name"],
        "version": info["version"],
        "layers": info["base_encoder"]["layers"],
        "parity_texts": info["export_parity"]["texts"],
        "difference": info["export_parity"]["mean_difference"],
        "agreement": info["export_parity"]["agreement"],
        "hx_texts": data[EXPERIENCE]["texts"] if EXPERIENCE in data else 0,
        "table": _table(data, manifest),
    }
    return _FRONT + _ENGLISH.format(**values) + _SPANISH.format(**values)


def _table(data: Mapping[str, Mapping[str, Any]], manifest: Mapping[str, Corpus]) -> str:
    rows = ["| set | texts | licence | source |", "|---|---|---|---|"]
    for name, entry in data.items():
        corpus = manifest.get(name)
        licence = corpus.licence if corpus else "annotations of the sets here: as theirs; our own texts: Apache-2.0"
        source = corpus.source if corpus else "`data/annotations`, `data/authored`"
        rows.append(f"| {name} | {entry['texts']} | {licence} | {source} |")
    return "\n".join(rows)
