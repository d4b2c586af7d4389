"""What each kind of part puts on a machine; `deploy.render.blueprints` adds them up."""
