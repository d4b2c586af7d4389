"""Public face of the renderer: inventory in, the files of a machine out."""

from deploy.render.blueprints import blueprints
from deploy.render.etcd import EtcdGround, ServerTls, etcd_yml
from deploy.render.folder import ForeignFile, Written, write_folder
from deploy.render.hook import HookGround, hook_conf
from deploy.render.jinja import CannotRender
from deploy.render.machine.remote import permitted_on
from deploy.render.mux import MuxGround, mux_cfg
from deploy.render.newborn import first_boots
from deploy.render.patroni import PatroniGround, PatroniSecrets, bootstrap_sql, patroni_yml

__all__ = [
    "CannotRender",
    "EtcdGround",
    "ForeignFile",
    "HookGround",
    "MuxGround",
    "PatroniGround",
    "PatroniSecrets",
    "ServerTls",
    "Written",
    "blueprints",
    "bootstrap_sql",
    "etcd_yml",
    "first_boots",
    "hook_conf",
    "mux_cfg",
    "patroni_yml",
    "permitted_on",
    "write_folder",
]
