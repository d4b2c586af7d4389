case ${1:-} in
    read) read_all ;;
    fetch | put | act | guard | keep | ship | install | prune | hold | ask) "$1" ;;
    *) fault verb "${1:-}" ;;
esac
