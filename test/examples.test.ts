import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createLinkReader } from '../src/app/linked-files.ts'
import { createLocal, type Local } from '../src/app/local.ts'
import { createSource } from '../src/compiler/source.ts'
import type { JsonObject } from '../src/core/json.ts'
import { createMemoryStore } from '../src/store/memory-store.ts'
import { REPOSITORY_FOLDER } from './support/child-process.ts'
import { createTempFolder } from './support/temp-folder.ts'

const FOLDER = join(REPOSITORY_FOLDER, 'examples')
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'))

const links = createLinkReader(FOLDER)

const openExamples = (output: string): Local =>
  createLocal({
    store: createMemoryStore(),
    tools: {
      files: { read: [join(FOLDER, 'data')], write: [output], protected: [] },
      http: { allow: ['127.0.0.1'] },
    },
  })

const serveRates = async (): Promise<{ url: string; close(): void }> => {
  const rates = readFileSync(join(FOLDER, 'data/rates.json'))
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(rates)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/rates.json`, close: () => server.close() }
}

const examples = suite('examples')

for (const file of FILES) {
  examples(`${file} gives out what examples/expected says`, async () => {
    const output = createTempFolder()
    const rates = await serveRates()
    const local = openExamples(output.path)
    try {
      const { compiled, diagnostics } = local.compile(createSource(file, readFileSync(join(FOLDER, file), 'utf8')), {
        links,
      })
      assert.equal(diagnostics, [])
      assert.ok(compiled)
      const input: JsonObject = file.startsWith('07') ? { rates_url: rates.url } : {}
      const run = await local.start(compiled, { input })
      const exit = await run.exited
      assert.is(exit.kind, 'ended')
      const expected = JSON.parse(readFileSync(join(FOLDER, 'expected', file.replace('.yaml', '.json')), 'utf8'))
      assert.equal(exit.kind === 'ended' && exit.end.output, expected)
    } finally {
      await local.close()
      rates.close()
      output.remove()
    }
  })
}

examples('the sales report is a file on disk with a line for each row that has a rate', async () => {
  const output = createTempFolder()
  const rates = await serveRates()
  const local = openExamples(output.path)
  try {
    const file = '07-sales-report.yaml'
    const { compiled } = local.compile(createSource(file, readFileSync(join(FOLDER, file), 'utf8')), { links })
    assert.ok(compiled)
    const run = await local.start(compiled, { input: { rates_url: rates.url } })
    await run.exited
    const report = readFileSync(join(output.path, 'report.md'), 'utf8')
    assert.match(report, 'South, Table, oak: 570.4 EUR')
    assert.match(report, 'Left out: 1 rows')
  } finally {
    await local.close()
    rates.close()
    output.remove()
  }
})

examples.run()
