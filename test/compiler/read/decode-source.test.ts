import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { decodeSource } from '../../../src/compiler/read.ts'

const decode = (bytes: Uint8Array): { text: string; codes: string[] } => {
  const { source, diagnostics } = decodeSource('a.yaml', bytes)
  return { text: source.text, codes: diagnostics.toList().map(({ code, line, column }) => `${line}:${column} ${code}`) }
}

const test = suite('decode source')

test('UTF-8 is text, with and without a byte order mark', () => {
  assert.equal(decode(Buffer.from('name: Grüße 🙂')), { text: 'name: Grüße 🙂', codes: [] })
  assert.equal(decode(Buffer.from('\ufeffname: a')), { text: 'name: a', codes: [] })
  assert.equal(decode(Buffer.alloc(0)), { text: '', codes: [] })
})

test('the first byte that is not UTF-8 is named, and the text before it kept', () => {
  assert.equal(decode(Buffer.from('a: 1\nb: Gr\xfc\xdfe', 'latin1')), { text: 'a: 1\nb: Gr', codes: ['2:6 not_utf8'] })
  assert.equal(decode(Buffer.from([0x61, 0xe2, 0x82])), { text: 'a', codes: ['1:2 not_utf8'] })
})

test('UTF-16 is recognised by its mark or by its zeros', () => {
  assert.equal(decode(Buffer.from('\ufeffname', 'utf16le')).codes, ['1:1 not_utf8'])
  assert.equal(decode(Buffer.from('name', 'utf16le')).codes, ['1:1 not_utf8'])
  assert.equal(decode(Buffer.from('name', 'utf16le').swap16()).codes, ['1:1 not_utf8'])
})

test('more than 256 KiB never becomes text', () => {
  assert.equal(decode(Buffer.alloc(256 * 1024 + 1, 0x61)), { text: '', codes: ['1:1 source_too_large'] })
  assert.equal(decode(Buffer.alloc(256 * 1024, 0x61)).codes, [])
})

test.run()
