import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { loadTool, TOOL_DESCRIPTIONS } from '../../../src/actors/tools/tool-catalogue.ts'
import type { JsonValue } from '../../../src/core/json.ts'
import { type ActorUnderTest, actorContract } from '../../contract/actor.ts'
import { createTempFolder } from '../../support/temp-folder.ts'
import { createToolOptions } from '../../support/tool-options.ts'

const NO_WAITING = { skip: 'it computes, or asks the file system once: nothing to interrupt' }
const NOTHING_OUTSIDE = { skip: 'nothing outside of it is asked' }

const TEXT_CASES: Record<string, { good: JsonValue; bad: Record<string, JsonValue>; slow?: ActorUnderTest['slow'] }> = {
  'json.query': {
    good: { query: 'items.name', data: { items: [{ name: 'a' }, { name: 'b' }] } },
    bad: {
      'no query': { data: {} },
      'no JSONata': { query: 'a[', data: {} },
      'a field too much': { query: 'a', data: {}, x: 1 },
    },
    slow: { input: { query: '($f := function($x) { $f($x + 1) }; $f(1))', data: {} } },
  },
  'text.template': {
    good: { template: 'Dear {{ name }}, this is content', data: { name: 'Ada Lovelace' } },
    bad: {
      'a section left open': { template: '{{# a }}', data: {} },
      'a missing value': { template: '{{ a }}', data: {} },
    },
  },
  'csv.parse': {
    good: { text: 'name,city\nAda Lovelace,"London, UK"\n' },
    bad: { 'an open quote': { text: 'a\n"b' }, 'ragged rows': { text: 'a,b\n1' }, 'no text': {} },
  },
  'time.now': { good: {}, bad: { 'a field too much': { zone: 'utc' } } },
}

for (const [name, { good, bad, slow = NO_WAITING }] of Object.entries(TEXT_CASES)) {
  actorContract(name, async () => ({
    actor: await loadTool(name, createToolOptions()),
    good,
    bad,
    slow,
    failing: NOTHING_OUTSIDE,
  }))
}

const FILE_CASES: Record<string, { good: JsonValue; bad: Record<string, JsonValue> }> = {
  'files.read': {
    good: { path: 'notes.txt' },
    bad: { 'no path': {}, 'a folder': { path: 'folder' }, 'a zero byte': { path: 'a\0b' } },
  },
  'files.write': {
    good: { path: 'new/report.txt', content: 'a report of some length' },
    bad: {
      'no content': { path: 'a' },
      'a folder': { path: 'folder', content: '' },
      'no base64': { path: 'a', content: '§', as: 'base64' },
    },
  },
  'files.append': {
    good: { path: 'log.jsonl', content: { event: 'something happened' } },
    bad: { 'no path': { content: '' }, 'a folder': { path: 'folder', content: '' } },
  },
  'files.list': { good: { recursive: true }, bad: { 'a file': { path: 'notes.txt' }, 'a wrong limit': { limit: 0 } } },
}

for (const [name, { good, bad }] of Object.entries(FILE_CASES)) {
  actorContract(name, async () => {
    const folder = createTempFolder({ 'notes.txt': 'content of the notes', 'folder/inner.txt': 'x' })
    return {
      actor: await loadTool(name, createToolOptions({ root: folder.path })),
      good,
      bad,
      slow: NO_WAITING,
      failing: NOTHING_OUTSIDE,
      close: async () => folder.remove(),
    }
  })
}

for (const { name } of TOOL_DESCRIPTIONS.filter((tool) => tool.name.startsWith('http.'))) {
  actorContract(name, async () => {
    const asked = { fail: 0 }
    const inUse = new Set<unknown>()
    const server = createServer((request, response) => {
      request.resume()
      if (request.url === '/slow') {
        inUse.add(response)
        response.on('close', () => inUse.delete(response))
        server.emit('slow')
        return
      }
      if (request.url === '/fail') asked.fail++
      response.writeHead(request.url === '/fail' ? 503 : 200, { 'content-type': 'application/json' })
      response.end('{"greeting":"hello there"}')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const base = `127.0.0.1:${(server.address() as AddressInfo).port}`
    const method = name === 'http.request' ? { method: 'POST' } : {}
    const input = (path: string): JsonValue => ({ url: `http://${base}${path}`, ...method })
    return {
      actor: await loadTool(name, createToolOptions({ allow: [base] })),
      good: input('/'),
      bad: {
        'no URL': { ...method },
        'text that is no URL': { url: 'not a url', ...method },
        'another scheme': { url: 'file:///etc/passwd', ...method },
        'a user name in the URL': { url: `http://me:pw@${base}/`, ...method },
        'a forbidden header': { url: `http://${base}/`, headers: { Host: 'x' }, ...method },
        'a line break in a header': { url: `http://${base}/`, headers: { a: 'b\r\nc: d' }, ...method },
      },
      slow: { input: input('/slow'), begun: () => once(server, 'slow') },
      failing: { input: input('/fail'), code: 'unavailable', attempts: () => asked.fail },
      held: () => inUse.size,
      close: async () => {
        server.close()
        server.closeAllConnections()
      },
    }
  })
}
