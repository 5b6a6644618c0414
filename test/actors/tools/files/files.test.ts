import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, statSync, symlinkSync, truncateSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { loadTool } from '../../../../src/actors/tools/tool-catalogue.ts'
import type { ToolOptions } from '../../../../src/actors/tools/tool-options.ts'
import { isCancelled } from '../../../../src/core/cancelled.ts'
import type { JsonObject, JsonValue } from '../../../../src/core/json.ts'
import { createActorContext } from '../../../support/actor-context.ts'
import { catchFault } from '../../../support/catch-fault.ts'
import { createTempFolder, type TempFolder } from '../../../support/temp-folder.ts'
import { createToolOptions } from '../../../support/tool-options.ts'

const files = suite('files')

let folder: TempFolder
let options: ToolOptions

files.before.each(() => {
  folder = createTempFolder()
  options = createToolOptions({ root: folder.path })
})
files.after.each(() => folder.remove())

const perform = async (name: string, input: JsonObject): Promise<JsonObject> =>
  (await (await loadTool(name, options)).perform(input, createActorContext())) as JsonObject

files('text is read without its byte order mark', async () => {
  folder.write('a.txt', '\uFEFFgrüße')
  assert.equal(await perform('files.read', { path: 'a.txt' }), { path: 'a.txt', size: 10, content: 'grüße' })
  folder.write('empty.txt', '')
  assert.equal(await perform('files.read', { path: 'empty.txt' }), { path: 'empty.txt', size: 0, content: '' })
})

files(
  'an id of nineteen digits in a file of JSON is the fault unsafe_number, and text with numbers: text',
  async () => {
    folder.write('order.json', '{"id":7615917337495251231,"total":19.99}')
    const read = { path: 'order.json', as: 'json' }
    const fault = await catchFault(() => perform('files.read', read))
    assert.equal([fault.code, fault.details?.path], ['unsafe_number', '/id'])
    assert.equal((await perform('files.read', { ...read, numbers: 'text' })).content, {
      id: '7615917337495251231',
      total: 19.99,
    })
  },
)

files('JSON and base64 are read as such', async () => {
  folder.write('a.json', '{"a":[1]}')
  assert.equal((await perform('files.read', { path: 'a.json', as: 'json' })).content, { a: [1] })
  folder.write('a.bin', Buffer.from([0, 255]))
  assert.is((await perform('files.read', { path: 'a.bin', as: 'base64' })).content, 'AP8=')
})

files('a blob has the media type of its name', async () => {
  folder.write('in/a.PNG', Buffer.from([137, 80]))
  folder.write('b', 'x')
  const { size, content } = (await perform('files.read', { path: 'in/a.PNG', as: 'blob' })) as Record<
    string,
    JsonObject
  >
  assert.equal([size, content?.media_type, content?.size, content?.name], [2, 'image/png', 2, 'a.PNG'])
  const other = (await perform('files.read', { path: 'b', as: 'blob' })) as { content: JsonObject }
  assert.is(other.content.media_type, 'application/octet-stream')
})

const UNREADABLE: [content: string | Uint8Array, as: string, code: string, message: string][] = [
  [
    Buffer.from([0xff, 0xfe, 65, 0]),
    'text',
    'invalid_input',
    "'a' is not UTF-8 text\nsave it as UTF-8, or read it with as: base64 or as: blob",
  ],
  [
    Buffer.from('ä', 'latin1'),
    'text',
    'invalid_input',
    "'a' is not UTF-8 text\nsave it as UTF-8, or read it with as: base64 or as: blob",
  ],
  ['{"a":', 'json', 'invalid_output', "'a' is not JSON"],
]

for (const [content, as, code, message] of UNREADABLE)
  files(`${JSON.stringify(content.toString())} is not read as ${as}`, async () => {
    folder.write('a', content)
    const fault = await catchFault(() => perform('files.read', { path: 'a', as }))
    assert.is(fault.code, code)
    assert.match(fault.message, message)
  })

files('a missing file is not_found, by the path as it was written', async () => {
  const fault = await catchFault(() => perform('files.read', { path: './data/../missing.csv' }))
  assert.equal([fault.code, fault.message], ['not_found', "'./data/../missing.csv' does not exist"])
})

files('a file over the limit is too_large and is not read', async () => {
  folder.write('big', '')
  truncateSync(folder.resolve('big'), 50 * 1024 ** 3)
  assert.is(
    (await catchFault(() => perform('files.read', { path: 'big' }))).message,
    "'big' is too large: expected at most 5.0 MB",
  )
  folder.write('a', '12345')
  assert.is((await perform('files.read', { path: 'a', max_bytes: 5 })).content, '12345')
  assert.is((await catchFault(() => perform('files.read', { path: 'a', max_bytes: 4 }))).code, 'too_large')
})

files('content that is nearly base64 is refused in a time that grows with its length', async () => {
  const fault = await catchFault(() =>
    perform('files.write', { path: 'b', content: `A${' '.repeat(1_000_000)}!`, as: 'base64' }),
  )
  assert.match(fault.message, /is not base64/)
})

files('text is written as it is, other values as JSON, base64 as its bytes', async () => {
  await perform('files.write', { path: 'new/deep/a.txt', content: 'ä' })
  assert.is(folder.read('new/deep/a.txt'), 'ä')
  await perform('files.write', { path: 'a.json', content: { a: [1] } })
  assert.is(folder.read('a.json'), '{\n  "a": [\n    1\n  ]\n}\n')
  assert.equal(await perform('files.write', { path: 'b', content: 'AP8=', as: 'base64' }), { path: 'b', size: 2 })
})

files('a file is replaced with its permissions, and nothing is left beside it', async () => {
  folder.write('run.sh', 'old')
  chmodSync(folder.resolve('run.sh'), 0o750)
  await perform('files.write', { path: 'run.sh', content: 'new' })
  assert.is(folder.read('run.sh'), 'new')
  assert.is(statSync(folder.resolve('run.sh')).mode & 0o777, 0o750)
  assert.equal(readdirSync(folder.path), ['run.sh'])
})

files('if_exists: fail leaves the file as it is', async () => {
  folder.write('a', 'old')
  const fault = await catchFault(() => perform('files.write', { path: 'a', content: 'new', if_exists: 'fail' }))
  assert.equal([fault.code, fault.message], ['conflict', "'a' exists already"])
  assert.is(folder.read('a'), 'old')
  await perform('files.write', { path: 'b', content: 'new', if_exists: 'fail' })
  assert.is(folder.read('b'), 'new')
})

files('of many at once that must not exist one is written', async () => {
  const attempts = Array.from({ length: 20 }, (_, index) =>
    perform('files.write', { path: 'a', content: String(index), if_exists: 'fail' }).then(
      () => 1,
      () => 0,
    ),
  )
  const written = await Promise.all(attempts)
  assert.is(
    written.reduce<number>((sum, one) => sum + one, 0),
    1,
  )
  assert.equal(readdirSync(folder.path), ['a'])
})

files('a reader never sees half a file', async () => {
  const texts = ['a', 'b'].map((letter) => letter.repeat(300_000))
  await perform('files.write', { path: 'f', content: texts[0] ?? '' })
  const writing = Promise.all(
    texts.flatMap((content) => [1, 2, 3].map(() => perform('files.write', { path: 'f', content }))),
  )
  const seen: JsonValue[] = []
  for (let turn = 0; turn < 20; turn++) seen.push((await perform('files.read', { path: 'f' })).content ?? null)
  await writing
  assert.ok(seen.every((content) => texts.includes(String(content))))
})

files('a cancelled write leaves the old file and nothing beside it', async () => {
  folder.write('a', 'old')
  const stop = new AbortController()
  const tool = await loadTool('files.write', options)
  const writing = tool.perform(
    { path: 'a', content: 'x'.repeat(5_000_000) },
    createActorContext({ signal: stop.signal }),
  )
  setImmediate(() => stop.abort())
  const error = await writing.catch((thrown: unknown) => thrown)
  assert.ok(isCancelled(error))
  assert.equal([folder.read('a'), readdirSync(folder.path)], ['old', ['a']])
})

files('a path through a file is a conflict', async () => {
  folder.write('a', '')
  assert.is((await catchFault(() => perform('files.write', { path: 'a/b/c', content: '' }))).code, 'conflict')
})

files('appending makes the file, then adds lines of JSON or text', async () => {
  assert.equal(await perform('files.append', { path: 'log/a.jsonl', content: { n: 1 } }), {
    path: 'log/a.jsonl',
    size: 8,
  })
  await perform('files.append', { path: 'log/a.jsonl', content: 'text' })
  assert.is(folder.read('log/a.jsonl'), '{"n":1}\ntext')
})

files('lines that are appended at once do not mix', async () => {
  const lines = Array.from({ length: 50 }, (_, index) => ({ index, text: 'x'.repeat(1000) }))
  await Promise.all(lines.map((content) => perform('files.append', { path: 'a', content })))
  const read = folder
    .read('a')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.equal(
    read.sort((a, b) => a.index - b.index),
    lines,
  )
})

files('content over 10 MB is too_large', async () => {
  const content = 'x'.repeat(10 * 1024 ** 2 + 1)
  for (const name of ['files.write', 'files.append'])
    assert.is((await catchFault(() => perform(name, { path: 'a', content }))).code, 'too_large')
  assert.equal(readdirSync(folder.path), [])
})

const paths = (output: JsonObject): string[] => (output.items as { path: string }[]).map(({ path }) => path)

files('a folder is listed by path, one level or all', async () => {
  for (const name of ['b.csv', 'a.txt', 'sub/c.csv', 'sub/deep/d.csv', '.hidden/e.csv']) folder.write(name, '12')
  assert.equal(paths(await perform('files.list', {})), ['a.txt', 'b.csv', 'sub'])
  assert.equal(paths(await perform('files.list', { recursive: true, pattern: '*.csv' })), [
    'b.csv',
    'sub/c.csv',
    'sub/deep/d.csv',
  ])
  assert.equal(paths(await perform('files.list', { path: 'sub' })), ['sub/c.csv', 'sub/deep'])
  const [item] = (await perform('files.list', { pattern: 'a.*' })).items as JsonObject[]
  assert.equal({ ...item, modified_at: '' }, { path: 'a.txt', name: 'a.txt', kind: 'file', size: 2, modified_at: '' })
  assert.ok(Math.abs(Date.parse(String(item?.modified_at)) - Date.now()) < 60_000)
})

files('a list that is cut off says so and is the beginning', async () => {
  for (const name of ['c', 'a', 'b']) folder.write(name, '')
  const cut = await perform('files.list', { limit: 2 })
  assert.equal([paths(cut), cut.truncated], [['a', 'b'], true])
  assert.is((await perform('files.list', { limit: 3 })).truncated, false)
})

files('a path that is too long for the system is left out of a listing, and the rest is listed', async () => {
  for (const name of ['a.txt', 'z.txt']) folder.write(name, '')
  const deep = 'n=$(printf "%0240d" 0); for i in $(seq 20); do mkdir $n && cd -P $n || exit 1; done'
  execFileSync('sh', ['-c', deep], { cwd: folder.path })
  const listed = paths(await perform('files.list', { recursive: true }))
  assert.equal([listed[0], listed.at(-1)], ['0'.repeat(240), 'z.txt'])
  // The functions of Node take no path as long as these.
  execFileSync('sh', ['-c', 'rm -rf 0*'], { cwd: folder.path })
})

files('a listing passes over names of a large folder that do not fit, and takes a name with a line break', async () => {
  const names = Array.from({ length: 3_000 }, (_, index) => `f${index}.txt`)
  for (const name of [...names, 'two\nlines.csv']) folder.write(name, '')
  assert.equal(paths(await perform('files.list', { pattern: '*.csv' })), ['two\nlines.csv'])
  assert.equal(paths(await perform('files.list', { pattern: 'f2999.*' })), ['f2999.txt'])
})

files('links in a listing are followed to files, and into no folder twice', async () => {
  folder.write('sub/a.txt', 'abc')
  symlinkSync('sub', folder.resolve('link'))
  symlinkSync('..', folder.resolve('sub/up'))
  symlinkSync('sub/a.txt', folder.resolve('z.txt'))
  assert.equal(paths(await perform('files.list', { recursive: true })), ['link', 'sub', 'sub/a.txt', 'sub/up', 'z.txt'])
})

files('of several roots the first is for relative paths, the others for absolute ones', async () => {
  const second = createTempFolder({ 'b.txt': 'second' })
  options = { ...options, files: { ...options.files, read: [folder.path, second.path], write: [folder.path] } }
  folder.write('a.txt', 'first')
  assert.is((await perform('files.read', { path: 'a.txt' })).content, 'first')
  assert.is((await perform('files.read', { path: second.resolve('b.txt') })).content, 'second')
  const listed = paths(await perform('files.list', { path: second.path }))
  assert.is((await perform('files.read', { path: listed[0] ?? '' })).content, 'second')
  assert.is(
    (await catchFault(() => perform('files.write', { path: second.resolve('b.txt'), content: '' }))).code,
    'unauthorized',
  )
  second.remove()
})

files('a root that is a link is a root', async () => {
  mkdirSync(folder.resolve('real'))
  symlinkSync('real', folder.resolve('link'))
  options = createToolOptions({ root: folder.resolve('link') })
  await perform('files.write', { path: 'a.txt', content: 'x' })
  assert.is(folder.read('real/a.txt'), 'x')
  assert.equal(paths(await perform('files.list', {})), ['a.txt'])
  assert.is((await perform('files.read', { path: folder.resolve('real/a.txt') })).content, 'x')
})

files('a root below a folder with a dot is a root', async () => {
  options = createToolOptions({ root: folder.resolve('.work/root') })
  await perform('files.write', { path: 'a.txt', content: 'x' })
  assert.is((await perform('files.read', { path: 'a.txt' })).content, 'x')
})

files('without a root nothing is read, and the message says what to configure', async () => {
  options = createToolOptions()
  const fault = await catchFault(() => perform('files.read', { path: 'a' }))
  assert.is(fault.code, 'unauthorized')
  assert.match(fault.message, 'files: { roots: [data] }')
})

files.run()
