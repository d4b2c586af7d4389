"""The lab's own hand on its Linode: nothing of this is Linode's API."""
