import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { toOllamaUrl } from '../../../../src/actors/llm/ollama/ollama-address.ts'

const test = suite('the address of ollama')

const ADDRESSES: [string | undefined, string][] = [
  [undefined, 'http://127.0.0.1:11434'],
  ['', 'http://127.0.0.1:11434'],
  ['localhost', 'http://localhost:11434'],
  ['gpu.example:8080', 'http://gpu.example:8080'],
  [':9000', 'http://127.0.0.1:9000'],
  ['gpu.example:80', 'http://gpu.example'],
  ['gpu.example/models', 'http://gpu.example:11434/models'],
  ['[::1]', 'http://[::1]:11434'],
  ['0.0.0.0', 'http://127.0.0.1:11434'],
  ['0.0.0.0:9000', 'http://127.0.0.1:9000'],
  ['[::1]:9000', 'http://[::1]:9000'],
  ['http://gpu.example', 'http://gpu.example'],
  ['https://gpu.example/models/', 'https://gpu.example/models'],
  [' http://gpu.example:1/ ', 'http://gpu.example:1'],
]
for (const [host, url] of ADDRESSES)
  test(`${JSON.stringify(host) ?? 'nothing'} is ${url}`, () => {
    assert.is(toOllamaUrl(host), url)
  })

for (const host of ['ftp://a.example', 'http://user:password@a.example', 'http://'])
  test(`'${host}' is the fault invalid_input, and is not repeated`, () => {
    assert.throws(
      () => toOllamaUrl(host),
      (fault: Error & { code: string }) => fault.code === 'invalid_input' && !fault.message.includes('password'),
    )
  })

test.run()
