case $1 in
    read) read_host ;;
    swap) swap ;;
    lift) lift ;;
    *) broken "knows read, swap and lift, not '$1'" ;;
esac
