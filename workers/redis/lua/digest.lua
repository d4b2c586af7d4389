-- For the test that holds sha256 against another implementation.
return sha256(ARGV[1])
