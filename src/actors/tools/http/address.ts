/**
 * Decides by the bytes of an address whether it is on the public internet.
 *
 * 1. IPv4: all addresses are public but the blocks of IANA's special-purpose registry
 *    (https://www.iana.org/assignments/iana-ipv4-special-registry) and one address that a cloud uses for itself.
 * 2. IPv6: only 2000::/3 is public, without the blocks of https://www.iana.org/assignments/iana-ipv6-special-registry.
 * 3. An IPv6 form that carries an IPv4 address is judged by that address where a gateway would translate it (mapped, 64:ff9b::/96, ISATAP),
 *    and refused where it is obsolete (6to4, Teredo, ::/96).
 */
import { isIP } from 'node:net'

type Block = readonly [cidr: string, reason: string]

const IPV4_BLOCKS: readonly Block[] = [
  ['0.0.0.0/8', 'an unspecified address'],
  ['10.0.0.0/8', 'a private address'],
  ['100.64.0.0/10', 'a shared carrier address'],
  ['127.0.0.0/8', 'a loopback address'],
  ['168.63.129.16/32', "a cloud's own address"],
  ['169.254.0.0/16', 'a link-local address'],
  ['172.16.0.0/12', 'a private address'],
  ['192.0.0.0/24', 'a reserved address'],
  ['192.0.2.0/24', 'a documentation address'],
  ['192.88.99.0/24', 'a 6to4 relay'],
  ['192.168.0.0/16', 'a private address'],
  ['198.18.0.0/15', 'a benchmarking address'],
  ['198.51.100.0/24', 'a documentation address'],
  ['203.0.113.0/24', 'a documentation address'],
  ['224.0.0.0/4', 'a multicast address'],
  ['255.255.255.255/32', 'the broadcast address'],
  ['240.0.0.0/4', 'a reserved address'],
]

const IPV6_BLOCKS: readonly Block[] = [
  ['::/128', 'the unspecified address'],
  ['::1/128', 'the loopback address'],
  ['fc00::/7', 'a private address'],
  ['fe80::/10', 'a link-local address'],
  ['ff00::/8', 'a multicast address'],
  ['2001::/32', 'a Teredo address'],
  ['2001::/23', 'a reserved address'],
  ['2001:db8::/32', 'a documentation address'],
  ['2002::/16', 'a 6to4 address'],
  ['3fff::/20', 'a documentation address'],
]

/** Prefixes before the IPv4 address that is finally reached. */
const IPV4_CARRIERS: readonly string[] = ['::ffff:0:0/96', '64:ff9b::/96']

const PUBLIC_IPV6 = '2000::/3'

type Bytes = readonly number[]

interface Prefix {
  bytes: Bytes
  bits: number
  reason: string
}

const toPrefix = ([cidr, reason]: Block): Prefix => {
  const [address = '', bits = ''] = cidr.split('/')
  return { bytes: toBytes(address), bits: Number(bits), reason }
}

/**
 * Parses an address that `net.isIP` accepts into its 4 or 16 bytes, without the scope of `fe80::1%eth0`. Libraries read `::127.0.0.1` as
 * the mapped address `::ffff:127.0.0.1`, or miss the IPv4 address in it.
 */
const toBytes = (address: string): Bytes => {
  if (isIP(address) === 4) return address.split('.').map(Number)
  const plain = address.replace(/%.*$/, '').replace(/[\d.]+$/, (tail) => (tail.includes('.') ? toHextets(tail) : tail))
  const [head = '', tail] = plain.split('::')
  const before = readHextets(head)
  const after = readHextets(tail ?? '')
  return [...before, ...new Array<number>(16 - before.length - after.length).fill(0), ...after]
}

/** `127.0.0.1` → `7f00:1`. */
const toHextets = (dotted: string): string => {
  const [a = 0, b = 0, c = 0, d = 0] = dotted.split('.').map(Number)
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
}

const readHextets = (text: string): number[] =>
  text === ''
    ? []
    : text.split(':').flatMap((part) => [Number.parseInt(part, 16) >> 8, Number.parseInt(part, 16) & 0xff])

const isWithin = (bytes: Bytes, prefix: Prefix): boolean => {
  if (bytes.length !== prefix.bytes.length) return false
  for (let at = 0, left = prefix.bits; left > 0; at++, left -= 8) {
    const mask = left >= 8 ? 0xff : (0xff << (8 - left)) & 0xff
    if (((bytes[at] ?? 0) & mask) !== ((prefix.bytes[at] ?? 0) & mask)) return false
  }
  return true
}

const IPV4_PREFIXES = IPV4_BLOCKS.map(toPrefix)
const IPV6_PREFIXES = IPV6_BLOCKS.map(toPrefix)
const CARRIER_PREFIXES = IPV4_CARRIERS.map((cidr) => toPrefix([cidr, '']))
const PUBLIC_PREFIX = toPrefix([PUBLIC_IPV6, ''])

/** ISATAP: the last 8 bytes are 00 or 02, 00, 5e, fe and an IPv4 address (RFC 5214). */
const isIsatap = (bytes: Bytes): boolean =>
  ((bytes[8] ?? 0) & 0xfd) === 0 && bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe

/** Normalises an address to bytes, so that its spellings are equal. A mapped IPv4 address is that IPv4 address. */
const toIdentity = (address: string): string => {
  const bytes = toBytes(address)
  const mapped = CARRIER_PREFIXES[0]
  return (mapped !== undefined && isWithin(bytes, mapped) ? bytes.slice(12) : bytes).join('.')
}

export const isSameAddress = (a: string, b: string): boolean =>
  isIP(a) !== 0 && isIP(b) !== 0 && toIdentity(a) === toIdentity(b)

const findIpv4Reason = (bytes: Bytes): string | undefined =>
  IPV4_PREFIXES.find((prefix) => isWithin(bytes, prefix))?.reason

const findIpv6Reason = (bytes: Bytes): string | undefined => {
  const carried = CARRIER_PREFIXES.some((prefix) => isWithin(bytes, prefix))
  if (carried) return findIpv4Reason(bytes.slice(12))
  const special = IPV6_PREFIXES.find((prefix) => isWithin(bytes, prefix))
  if (special !== undefined) return special.reason
  if (!isWithin(bytes, PUBLIC_PREFIX)) return 'a reserved address'
  return isIsatap(bytes) ? findIpv4Reason(bytes.slice(12)) : undefined
}

/** Describes an address that is not on the public internet: `a private address`. Undefined for a public one. */
export const findPrivateReason = (address: string): string | undefined => {
  if (isIP(address) === 0) return 'no address'
  const bytes = toBytes(address)
  return bytes.length === 4 ? findIpv4Reason(bytes) : findIpv6Reason(bytes)
}

const OWN_REASONS: ReadonlySet<string> = new Set(
  ['127.0.0.1', '::1', '10.0.0.1', 'fc00::1', '100.64.0.1', '0.0.0.0', '::'].map(
    (address) => findPrivateReason(address) ?? '',
  ),
)

/** True for an address of this machine or of a private network: loopback, private, or shared by a carrier, as VPNs use. */
export const isOwnNetwork = (address: string): boolean =>
  OWN_REASONS.has(findPrivateReason(address) ?? 'a public address')
