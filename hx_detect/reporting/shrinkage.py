"""Shares of groups, small ones drawn towards the whole. In: counts. Out: a beta prior, means, credible intervals.

Empirical Bayes with the beta-binomial model (Robbins 1956; Gelman et al. 2013, "Bayesian Data Analysis", 5.3): the
prior is the one under which the groups' counts are likeliest, with their weak hyperprior, so that few or like groups do
not make it infinitely sure.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import optimize, special, stats

from hx_detect.reporting.intervals import LEVEL

Floats = npt.NDArray[np.float64]
_HYPERPRIOR: Final = 2.5
"""Exponent of Gelman et al.: p(alpha, beta) falls with (alpha + beta) ** -5/2."""
_BOUNDS: Final = ((-12.0, 12.0), (-3.0, 14.0))
"""Of the logit of the mean and the logarithm of alpha + beta."""


def fit_prior(counts: Floats, texts: Floats) -> tuple[float, float]:
    """Alpha and beta of the prior.

    Args:
        counts: shape (groups,), texts that have it.
        texts: shape (groups,), texts in all, above 0.
    """
    pairs, copies = np.unique(np.column_stack([counts, texts]), axis=0, return_counts=True)
    k, n = pairs.T

    def loss(point: Floats) -> float:
        alpha, beta = _split(point)
        total = alpha + beta
        likelihood = special.betaln(k + alpha, n - k + beta) - special.betaln(alpha, beta)
        jacobian = np.log(alpha) + np.log(beta)
        return -float(copies @ likelihood - _HYPERPRIOR * np.log(total) + jacobian)

    rate = (counts.sum() + 0.5) / (texts.sum() + 1)
    start = np.array([special.logit(rate), np.log(20.0)])
    found = optimize.minimize(loss, start, method="L-BFGS-B", bounds=_BOUNDS)
    alpha, beta = _split(found.x)
    return float(alpha), float(beta)


def _split(point: Floats) -> tuple[float, float]:
    rate, total = special.expit(point[0]), np.exp(point[1])
    return float(max(1e-9, rate * total)), float(max(1e-9, (1 - rate) * total))


def shrunk(counts: Floats, texts: Floats, prior: tuple[float, float]) -> tuple[Floats, Floats, Floats]:
    """Mean and 95 % credible interval of each group's share under the prior.

    Args:
        counts: shape (groups,).
        texts: shape (groups,).
        prior: alpha and beta.

    Returns:
        Means, lower and upper ends, each of shape (groups,).
    """
    alpha, beta = counts + prior[0], texts - counts + prior[1]
    tail = (1 - LEVEL) / 2
    return alpha / (alpha + beta), stats.beta.ppf(tail, alpha, beta), stats.beta.ppf(1 - tail, alpha, beta)
