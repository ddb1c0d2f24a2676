"""Where people keep their repositories: clients and tools must agree about it."""

from stillwatch_range.model import Machine, Person, Repository

PARENTS = ("projects", "code", "src", "", "work", "dev", "git", "Documents/code")
WINDOWS = ("source\\repos", "code", "dev", "", "Documents\\GitHub", "work")


def folder_of(person: Person, machine: Machine, repository: Repository | None) -> str:
    """The folder of a repository on a machine; the home directory where there is none.

    Args:
        person: keeps all repositories in one place.
        machine: gives the home and the kind of path.
        repository: which one.
    """
    if repository is None:
        return machine.home
    windows = machine.system == "windows"
    slash, parents = ("\\", WINDOWS) if windows else ("/", PARENTS)
    parent = parents[person.seed % len(parents)]
    return slash.join(part for part in (machine.home, parent, repository.name) if part)
