"""What the probe decides, purely: what of NodeBalancers and Linode's events is news, and to whom."""
