"""``python -m roleclass`` is the command ``roleclass``."""

from roleclass.cli import main

if __name__ == "__main__":
    main(prog_name="roleclass")
