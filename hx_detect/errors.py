"""What can go wrong, as one tree. In: nothing. Out: exceptions that say what, where and the cure; their exit codes."""

from __future__ import annotations

from typing import Final


class HxDetectError(Exception):
    """Any failure that hx-detect itself reports.

    Args:
        what: what happened and where (file, row, field, value), one line.
        cure: what the user can do about it, one line.
    """

    def __init__(self, what: str, *, cure: str = "") -> None:
        self.what = what
        self.cure = cure
        super().__init__(f"{what}. {cure}" if cure else what)


class UsageError(HxDetectError):
    """An option or argument that makes no sense."""


class InputError(HxDetectError):
    """The input cannot be read."""


class InputNotFoundError(InputError):
    """There is no such file, or it is a folder."""


class InputFormatError(InputError):
    """The file is not of its format, or damaged: broken Parquet, no header, NUL bytes."""


class EmptyInputError(InputError):
    """The file holds no rows."""


class ColumnError(InputError):
    """A named column is missing, or the text column could not be told."""


class OutputError(HxDetectError):
    """The output cannot be written."""


class ResumeError(OutputError):
    """``--resume`` was asked for, but the kept state does not fit the call."""


class RowError(HxDetectError):
    """One row that cannot be scored; it becomes a ``RowFailure`` and the rest goes on.

    Args:
        code: stable word for machines, as ``empty``, ``not_text``, ``too_long``.
        field: the field that is wrong.
    """

    def __init__(self, what: str, *, cure: str = "", code: str, field: str = "text") -> None:
        super().__init__(what, cure=cure)
        self.code = code
        self.field = field


class BundleError(HxDetectError):
    """A model bundle cannot be used."""


class BundleNotFoundError(BundleError):
    """There is no bundle of this name or at this place."""


class BundleDamagedError(BundleError):
    """A file of the bundle is missing or its checksum differs."""


class BundleVersionError(BundleError):
    """The bundle is of a format version this release cannot read."""


class SelfTestError(BundleError):
    """The bundle does not give the scores that it was shipped with."""


class CalibrationError(HxDetectError):
    """A calibration parameter is out of its range."""


class StoreError(HxDetectError):
    """The service's database cannot be reached, or cannot do what is asked."""


class CaseError(HxDetectError):
    """What is asked of a case does not fit what it is."""


class CaseNotFoundError(CaseError):
    """There is no such case."""


class CaseChangedError(CaseError):
    """Somebody changed the case since it was read."""


class CaseStateError(CaseError):
    """A case in this state cannot go over to the one asked for."""


class MissingExtraError(HxDetectError):
    """A library of an optional extra is not installed."""


class LearningError(HxDetectError):
    """Training cannot start or go on."""


class EncoderFileError(LearningError):
    """The base encoder cannot be read."""


class CorpusError(LearningError):
    """A corpus is missing or not as its manifest says."""


class RecipeError(LearningError):
    """A recipe has an unknown or impossible setting."""


class StateError(HxDetectError):
    """The remembered state of a watch cannot be used."""


class DeliveryError(HxDetectError):
    """A webhook did not take what was sent."""


class EvaluationError(HxDetectError):
    """The evaluation data does not allow the figure asked for."""


class RegistryError(HxDetectError):
    """The registry of models cannot be read or written."""


class RegistryBusyError(RegistryError):
    """Another process is writing the registry."""


class VersionExistsError(RegistryError):
    """The registry has this version already; versions never change."""


class GateRefusedError(RegistryError):
    """The gate does not let a model become the current one."""


ROWS_REJECTED_EXIT: Final = 3
"""Exit code of a run that finished but had to reject rows."""
ALARM_EXIT: Final = 4
"""Exit code of a watch that found an alarm which is new or goes on."""
DRIFT_EXIT: Final = 5
"""Exit code of a comparison that found drift."""
PROBLEMS_EXIT: Final = 6
"""Exit code of a check of labelled data that found rows to look at."""

EXIT_CODES: Final[dict[type[HxDetectError], int]] = {
    HxDetectError: 1,
    UsageError: 2,
    InputError: 10,
    InputNotFoundError: 11,
    InputFormatError: 12,
    EmptyInputError: 13,
    ColumnError: 14,
    RowError: 15,
    OutputError: 20,
    ResumeError: 21,
    BundleError: 30,
    BundleNotFoundError: 31,
    BundleDamagedError: 32,
    BundleVersionError: 33,
    SelfTestError: 34,
    CalibrationError: 35,
    MissingExtraError: 40,
    StoreError: 41,
    CaseError: 42,
    CaseNotFoundError: 43,
    CaseChangedError: 44,
    CaseStateError: 45,
    StateError: 46,
    DeliveryError: 47,
    LearningError: 50,
    EncoderFileError: 51,
    CorpusError: 52,
    RecipeError: 53,
    EvaluationError: 60,
    RegistryError: 70,
    RegistryBusyError: 71,
    VersionExistsError: 72,
    GateRefusedError: 73,
}
"""Every class of the tree and its exit code; 0 is success, 3 success with rejected rows, 130 interrupted."""

HTTP_STATUSES: Final[dict[type[HxDetectError], int]] = {
    HxDetectError: 500,
    UsageError: 422,
    InputError: 422,
    InputNotFoundError: 404,
    InputFormatError: 422,
    EmptyInputError: 422,
    ColumnError: 422,
    RowError: 422,
    OutputError: 500,
    ResumeError: 500,
    BundleError: 503,
    BundleNotFoundError: 503,
    BundleDamagedError: 503,
    BundleVersionError: 503,
    SelfTestError: 503,
    CalibrationError: 503,
    StoreError: 503,
    CaseError: 422,
    CaseNotFoundError: 404,
    CaseChangedError: 409,
    CaseStateError: 409,
    MissingExtraError: 500,
    StateError: 500,
    DeliveryError: 502,
    LearningError: 500,
    EncoderFileError: 500,
    CorpusError: 500,
    RecipeError: 500,
    EvaluationError: 500,
    RegistryError: 503,
    RegistryBusyError: 503,
    VersionExistsError: 409,
    GateRefusedError: 409,
}
"""Every class of the tree and the HTTP status that the service answers it with."""


def exit_code(error: HxDetectError) -> int:
    """The exit code of an error: its class's, or its nearest mapped ancestor's."""
    return next(EXIT_CODES[kind] for kind in type(error).__mro__ if kind in EXIT_CODES)


def http_status(error: HxDetectError) -> int:
    """The HTTP status of an error: its class's, or its nearest mapped ancestor's."""
    return next(HTTP_STATUSES[kind] for kind in type(error).__mro__ if kind in HTTP_STATUSES)
