"""python -m tidemark_dags"""

from tidemark_dags.cli import main

main()
