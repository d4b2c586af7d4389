"""What gunicorn loads: the shop in the folder it was started in."""

from pathlib import Path

from deploy.lab.shop.app import create_app

app = create_app(Path.cwd())
