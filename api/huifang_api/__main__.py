"""`python -m huifang_api` is the `huifang` command: how it starts its own processes."""

from huifang_api.cli import main

if __name__ == "__main__":
    main()
