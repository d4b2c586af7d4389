-- SHA-256 after FIPS 180-4: without it, a chain's hash would have to be computed by a client,
-- which would have to know the head first, and would race others for it.
local bxor, band, ror = bit.bxor, bit.band, bit.ror
local rshift, tobit = bit.rshift, bit.tobit

local ROUND = {
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
}

local function padded(text)
  local bits = #text * 8
  local high = math.floor(bits / 0x100000000)
  local zeros = string.rep("\0", (55 - #text) % 64)
  return text .. "\128" .. zeros .. struct.pack(">I4I4", high, bits % 0x100000000)
end

local WORDS = ">" .. string.rep("I4", 16)

-- Sums are left as they grow: below 2^47 after 64 rounds, and bit operations take any number below 2^51
-- for its last 32 bits.
local function schedule(message, from)
  local w = {struct.unpack(WORDS, message, from)}
  for t = 17, 64 do
    local a, b = w[t - 15], w[t - 2]
    local low = bxor(ror(a, 7), ror(a, 18), rshift(a, 3))
    local high = bxor(ror(b, 17), ror(b, 19), rshift(b, 10))
    w[t] = high + w[t - 7] + low + w[t - 16]
  end
  return w
end

-- The majority of a, b, c is b, unless a differs from b and b from c; the choice takes f's bits where e has
-- ones, and g's elsewhere. Each call of a bit operation counts: they are what all appending spends its time on.
local function compress(state, w)
  local a, b, c, d, e, f, g, h = unpack(state)
  local bc = bxor(b, c)
  for t = 1, 64 do
    local ab = bxor(a, b)
    local choice = bxor(g, band(e, bxor(f, g)))
    local first = h + bxor(ror(e, 6), ror(e, 11), ror(e, 25)) + choice + ROUND[t] + w[t]
    local second = bxor(ror(a, 2), ror(a, 13), ror(a, 22)) + bxor(b, band(ab, bc))
    h, g, f, e, d, c, b, a, bc = g, f, e, d + first, c, b, a, first + second, ab
  end
  for place, value in ipairs({a, b, c, d, e, f, g, h}) do
    state[place] = tobit(state[place] + value)
  end
end

local function sha256(text)
  local state = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
  }
  local message = padded(text)
  for from = 1, #message, 64 do
    compress(state, schedule(message, from))
  end
  local hex = {}
  for place, value in ipairs(state) do
    hex[place] = bit.tohex(value)
  end
  return table.concat(hex)
end
