import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findPrivateReason, isSameAddress } from '../../../../src/actors/tools/http/address.ts'
import { parseAllowList } from '../../../../src/actors/tools/http/allow-list.ts'

const addresses = suite('addresses')

const PRIVATE = [
  '0.0.0.0 0.1.2.3 10.0.0.0 10.255.255.255 100.64.0.0 100.100.100.200 100.127.255.255 127.0.0.1 127.255.255.254',
  '168.63.129.16 169.254.0.1 169.254.169.254 172.16.0.0 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1',
  '192.168.0.1 192.168.255.255 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.255',
  '240.0.0.1 254.1.1.1 255.255.255.255',
  ':: ::1 ::2 ::127.0.0.1 ::7f00:1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:7f00:1 0:0:0:0:0:ffff:a00:1 ::ffff:169.254.169.254',
  '::ffff:0:127.0.0.1 64:ff9b::127.0.0.1 64:ff9b::a9fe:a9fe 64:ff9b::10.0.0.1 64:ff9b:1::8.8.8.8 64:ff9b:1::1',
  '2002:7f00:1:: 2002:a00:1::1 2002:808:808::1 2001::1 2001:0:7f00:1:: 2001:10::1 2001:20::1 2001:2::1 2001:db8::1',
  '3fff::1 3fff:fff::1 fc00::1 fd00:ec2::254 fdff::1 fe80::1 fe80::1%eth0 febf::1 fec0::1 ff02::1 ff0e::1 100::1 4000::1 5f00::1',
  '2606:4700::5efe:127.0.0.1 2606:4700::200:5efe:10.0.0.1',
]
  .join(' ')
  .split(' ')

const PUBLIC = [
  '1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1 168.63.129.15 169.253.255.255',
  '169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255',
  '::ffff:8.8.8.8 ::ffff:808:808 64:ff9b::8.8.8.8 2001:200::1 2001:4860:4860::8888 2606:4700::1111 2a00:1450::1 2003::1 3ffe::1',
  '2606:4700::5efe:8.8.8.8',
]
  .join(' ')
  .split(' ')

for (const address of PRIVATE)
  addresses(`${address} is not public`, () => assert.type(findPrivateReason(address), 'string'))

for (const address of PUBLIC) addresses(`${address} is public`, () => assert.is(findPrivateReason(address), undefined))

for (const text of ['', 'example.org', '127.1', '0x7f.0.0.1', '1.2.3.4.5', 'localhost'])
  addresses(`'${text}' is no address, so it is refused`, () => assert.is(findPrivateReason(text), 'no address'))

addresses('two spellings of an address are the same address', () => {
  assert.ok(isSameAddress('::1', '0:0:0:0:0:0:0:1'))
  assert.ok(isSameAddress('127.0.0.1', '::ffff:7f00:1'))
  assert.not(isSameAddress('127.0.0.1', '::127.0.0.1'))
  assert.not(isSameAddress('localhost', 'localhost'))
})

addresses.run()

const allowing = suite('allow list')

const HOSTS: [entry: string, host: string, port: number, allowed: boolean][] = [
  ['intranet.example', 'intranet.example', 80, true],
  ['intranet.example', 'INTRANET.example.', 8443, true],
  ['Intranet.Example.', 'intranet.example', 80, true],
  ['intranet.example:8080', 'intranet.example', 8080, true],
  ['intranet.example:8080', 'intranet.example', 80, false],
  ['intranet.example', 'x.intranet.example', 80, false],
  ['intranet.example', 'intranet.example.org', 80, false],
  ['localhost:3000', 'localhost', 3000, true],
]

for (const [entry, host, port, allowed] of HOSTS)
  allowing(`${entry} ${allowed ? 'admits' : 'does not admit'} the host ${host} at ${port}`, () => {
    assert.is(parseAllowList([entry]).hasHost(host, port), allowed)
  })

const ALLOWED_ADDRESSES: [entry: string, address: string, port: number, allowed: boolean][] = [
  ['127.0.0.1', '127.0.0.1', 1, true],
  ['127.0.0.1:80', '127.0.0.1', 80, true],
  ['127.0.0.1:80', '127.0.0.1', 81, false],
  ['127.0.0.1:80', '::ffff:127.0.0.1', 80, true],
  ['::1', '::1', 80, true],
  ['[::1]', '::1', 80, true],
  ['[::1]:80', '0:0:0:0:0:0:0:1', 80, true],
  ['[::1]:80', '::1', 81, false],
  ['10.0.0.0/8', '10.0.0.1', 80, false],
  ['10.0.0.1', '10.0.0.10', 80, false],
]

for (const [entry, address, port, allowed] of ALLOWED_ADDRESSES)
  allowing(`${entry} ${allowed ? 'admits' : 'does not admit'} the address ${address} at ${port}`, () => {
    assert.is(parseAllowList([entry]).hasAddress(address, port), allowed)
  })

allowing.run()
