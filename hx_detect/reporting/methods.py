"""Every method of a report with its source. In: which sections were made. Out: ``Method`` records, bilingual."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from hx_detect.reporting.figure_records import Method
from hx_detect.reporting.figure_values import Words

_ALL: Final[tuple[tuple[str, Method], ...]] = (
    ("overview", Method(
        "wilson",
        Words("Shares", "Proporciones"),
        Words("Wilson score interval, 95 %", "Intervalo de Wilson, 95 %"),
        "Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. JASA 22.",
    )),
    ("change", Method(
        "newcombe",
        Words("Change of a share between two periods", "Cambio de una proporción entre dos periodos"),
        Words("Hybrid score interval (method 10)", "Intervalo híbrido (método 10)"),
        "Newcombe, R. G. (1998). Interval estimation for the difference between independent proportions. "
        "Statistics in Medicine 17.",
    )),
    ("overview", Method(
        "holm",
        Words("Several tests at once", "Varias pruebas a la vez"),
        Words("Holm's correction of p-values", "Corrección de Holm de los valores p"),
        "Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scand. Journal of Statistics 6.",
    )),
    ("time", Method(
        "change_points",
        Words("Change points", "Puntos de cambio"),
        Words("PELT on the binomial likelihood; each tested by permuting the periods, Bonferroni's correction",
              "PELT con verosimilitud binomial; cada uno probado permutando los periodos, corrección de Bonferroni"),
        "Killick, R., Fearnhead, P. & Eckley, I. A. (2012). Optimal detection of changepoints with a linear "
        "computational cost. JASA 107.",
    )),
    ("causes", Method(
        "regression",
        Words("What a signal costs", "Lo que cuesta una señal"),
        Words("Least squares on all signals with a constant per group, robust errors HC3; cost = -effect x share",
              "Mínimos cuadrados con todas las señales y una constante por grupo, errores robustos HC3; "
              "coste = -efecto x proporción"),
        "MacKinnon, J. G. & White, H. (1985). Some heteroskedasticity-consistent covariance matrix estimators. "
        "Journal of Econometrics 29.",
    )),
    ("causes", Method(
        "cost",
        Words("Interval of a cost", "Intervalo de un coste"),
        Words("Intervals of effect and share combined", "Intervalos del efecto y de la proporción, combinados"),
        "Newcombe, R. G. (2011). Propagating imprecision: combining confidence intervals from independent sources. "
        "Communications in Statistics 40.",
    )),
    ("causes", Method(
        "fisher",
        Words("Signals that go together", "Señales que van juntas"),
        Words("Fisher's exact test, one-sided; lift with its interval by the delta method",
              "Prueba exacta de Fisher unilateral; lift con intervalo por el método delta"),
        "Fisher, R. A. (1935). The logic of inductive inference. Journal of the Royal Statistical Society 98.",
    )),
    ("groups", Method(
        "shrinkage",
        Words("Ranking of groups", "Orden de los grupos"),
        Words("Empirical Bayes, beta-binomial: small groups drawn towards the whole; 95 % credible intervals",
              "Bayes empírico, beta-binomial: los grupos pequeños se acercan al conjunto; intervalos creíbles"),
        "Robbins, H. (1956). An empirical Bayes approach to statistics; Gelman, A. et al. (2013). Bayesian Data "
        "Analysis, 5.3.",
    )),
    ("groups", Method(
        "fdr",
        Words("Signals special to a group", "Señales propias de un grupo"),
        Words("Hypergeometric test, false discovery rate 5 %",
              "Prueba hipergeométrica, tasa de falsos hallazgos del 5 %"),
        "Benjamini, Y. & Hochberg, Y. (1995). Controlling the false discovery rate. JRSS B 57.",
    )),
    ("nps", Method(
        "nps",
        Words("Net Promoter Score", "Net Promoter Score"),
        Words("Promoters (9-10) minus detractors (0-6)", "Promotores (9-10) menos detractores (0-6)"),
        "Reichheld, F. F. (2003). The one number you need to grow. Harvard Business Review 81(12).",
    )),
    ("nps", Method(
        "nps_interval",
        Words("Interval of the Net Promoter Score", "Intervalo del Net Promoter Score"),
        Words("Adjusted Wald, three texts added", "Wald ajustado, con tres textos añadidos"),
        "Rocks, B. (2016). Interval estimation for the 'Net Promoter Score'. The American Statistician 70.",
    )),
    ("quotes", Method(
        "typical",
        Words("Typical quotes", "Citas típicas"),
        Words("Nearest to the mean of TF-IDF vectors, none like another",
              "Las más cercanas a la media de los vectores TF-IDF, ninguna parecida a otra"),
        "Salton, G. & Buckley, C. (1988). Term-weighting approaches in automatic text retrieval. IPM 24.",
    )),
)  # fmt: skip


def methods_used(sections: Collection[str]) -> tuple[Method, ...]:
    """The methods of the sections that were made, in the order of the report.

    Args:
        sections: names as in ``MissingSection``.
    """
    return tuple(method for section, method in _ALL if section in sections)
