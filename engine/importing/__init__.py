"""Import of a network's people, problems and material from CSV, in our own format or by a mapping file."""

from engine.importing.planning import Import, plan_import
from engine.importing.report import Refusal, Report, TableCount, Warned
from engine.importing.running import run_import

__all__ = ["Import", "Refusal", "Report", "TableCount", "Warned", "plan_import", "run_import"]
