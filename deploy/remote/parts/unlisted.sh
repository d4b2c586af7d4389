# Plain mode: who may send this script may do anything the login may do; nothing is listed.
permitted_file() { :; }
permitted_app() { :; }
permitted_service() { :; }
permitted_command() { :; }
permitted_leader() { :; }
permitted_change() { :; }
show() { content=$(base64 -w 0 <"$2" 2>/dev/null); }
