import { execFileSync } from 'node:child_process'
import { existsSync, linkSync, mkdirSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { loadTool } from '../../../../src/actors/tools/tool-catalogue.ts'
import type { ToolOptions } from '../../../../src/actors/tools/tool-options.ts'
import type { JsonValue } from '../../../../src/core/json.ts'
import { createActorContext } from '../../../support/actor-context.ts'
import { catchFault } from '../../../support/catch-fault.ts'
import { createTempFolder } from '../../../support/temp-folder.ts'
import { createToolOptions } from '../../../support/tool-options.ts'

const escapes = suite('path escapes')

/** A program of the system, not of a package. */
const MAKE_PIPE = 'mkfifo'

const SECRET = 'a secret outside'

/**
 * outside/        files that must not be touched
 * project/        the root, with links to everything outside and to everything hidden
 */
const folder = createTempFolder({
  'outside/secret.txt': SECRET,
  'outside/deep/secret.txt': SECRET,
  'project/notes.txt': 'notes',
  'project/sub/inner.txt': 'inner',
  'project/.env': SECRET,
  'project/.git/config': SECRET,
  'project/sub/.hidden/x.txt': SECRET,
  'project/troupe.config.yaml': SECRET,
  'project/data/troupe.db': SECRET,
  'project/data/troupe.db-wal': SECRET,
  'project-two/secret.txt': SECRET,
})
const root = folder.resolve('project')
const outside = folder.resolve('outside')

const LINKS: [name: string, target: string][] = [
  ['out', outside],
  ['out-relative', '../outside'],
  ['file', `${outside}/secret.txt`],
  ['file-relative', '../outside/secret.txt'],
  ['dangling', `${outside}/new.txt`],
  ['dangling-folder', `${outside}/newfolder`],
  ['chain', 'out'],
  ['sub/up', '../..'],
  ['sub/top', '/'],
  ['circle-a', 'circle-b'],
  ['circle-b', 'circle-a'],
  ['env', '.env'],
  ['git', '.git'],
  ['config', 'troupe.config.yaml'],
  ['database', 'data'],
  ['proc', '/proc/self'],
  ['zero', '/dev/zero'],
  ['two', '../project-two'],
  ['.dotlink', 'notes.txt'],
]
for (const [name, target] of LINKS) symlinkSync(target, `${root}/${name}`)
linkSync(`${root}/troupe.config.yaml`, `${root}/hard.txt`)

const options: ToolOptions = createToolOptions({
  root,
  protectedPaths: [`${root}/troupe.config.yaml`, `${root}/data`, `${root}/not-there.db`],
})

/** Paths that no tool may read, write or append to. */
const PATHS = [
  '../outside/secret.txt ../outside/new.txt ../project-two/secret.txt ../project-twofold ../../../../../../etc/passwd .. ../',
  './../outside/secret.txt sub/../../outside/secret.txt sub/../../outside/new/er.txt ./sub/./../../outside/secret.txt //etc/passwd',
  '/etc/passwd /dev/zero /dev/null /proc/self/environ /proc/self/fd/0 /',
  'out/secret.txt out/new.txt out/new/deep.txt out/deep/secret.txt out/../../outside/secret.txt out-relative/secret.txt file file-relative',
  'dangling dangling-folder dangling-folder/x.txt chain/secret.txt chain/new.txt sub/up/outside/secret.txt sub/up/outside/new.txt',
  'sub/top/etc/passwd sub/top/tmp/new.txt circle-a circle-a/x env git/config config database/troupe.db database/new.txt proc/environ',
  'zero two/secret.txt two/new.txt .env .git/config .git/hooks/pre-commit .dotlink .new .new/x.txt sub/.hidden/x.txt',
  'sub/.hidden/new.txt sub/.new ./.env sub/../.env troupe.config.yaml ./troupe.config.yaml sub/../troupe.config.yaml data/troupe.db',
  'data/troupe.db-wal data/new.db data/sub/new.txt hard.txt not-there.db not-there.db/x',
]
  .join(' ')
  .split(' ')
  .concat([folder.resolve('outside/secret.txt'), folder.resolve('project-two/secret.txt'), `${root}/.env`])
  .concat([
    `${root}/../outside/secret.txt`,
    `${root}/sub/../../outside/new.txt`,
    `${root}/data/troupe.db`,
    'notes.txt\0.png',
    // The kernel's own link to the top of the file system.
    ['proc', 'root', 'etc', 'passwd'].join('/'),
  ])

const perform = async (name: string, input: JsonValue): Promise<JsonValue> =>
  (await loadTool(name, options)).perform(input, createActorContext())

/** Every name in the folder; links are not followed. */
const snapshot = (): string[] => execFileSync('find', [folder.path], { encoding: 'utf8' }).split('\n').sort()

const before = snapshot()

const EXPECTED = ['unauthorized', 'invalid_input', 'conflict']

for (const path of PATHS) {
  const shown = JSON.stringify(path.replace(folder.path, '…'))
  escapes(`${shown} is not read`, async () => {
    const fault = await catchFault(() => perform('files.read', { path, as: 'base64' }))
    assert.ok(EXPECTED.includes(fault.code), fault.message)
    assert.not(fault.message.includes(SECRET))
  })
  escapes(`${shown} is not written`, async () => {
    const fault = await catchFault(() => perform('files.write', { path, content: 'gotcha' }))
    assert.ok(EXPECTED.includes(fault.code), fault.message)
  })
  escapes(`${shown} is not appended to`, async () => {
    const fault = await catchFault(() => perform('files.append', { path, content: 'gotcha' }))
    assert.ok(EXPECTED.includes(fault.code), fault.message)
  })
}

escapes('nothing has changed by all that', () => {
  assert.equal(snapshot(), before)
  for (const name of ['outside/secret.txt', 'project/.env', 'project/troupe.config.yaml', 'project/data/troupe.db'])
    assert.is(folder.read(name), SECRET)
  assert.not(existsSync('/tmp/new.txt'))
})

escapes('a listing shows what may be read and nothing else', async () => {
  const output = (await perform('files.list', { recursive: true })) as { items: { path: string }[] }
  // A hard link is a file like any other in a listing; reading it is refused.
  assert.equal(
    output.items.map(({ path }) => path),
    ['hard.txt', 'notes.txt', 'sub', 'sub/inner.txt'],
  )
  for (const path of ['..', 'out', '.git', 'data', '/', 'sub/up'])
    assert.is((await catchFault(() => perform('files.list', { path }))).code, 'unauthorized', path)
})

escapes('what lies outside is refused whether it exists or not', async () => {
  const messages = []
  for (const path of ['../outside/secret.txt', '../outside/nothing.txt', '../outside/secret.txt/x']) {
    const fault = await catchFault(() => perform('files.read', { path }))
    messages.push(`${fault.code} ${fault.message.replace(path, 'PATH')}`)
  }
  assert.is(new Set(messages).size, 1)
  assert.is(messages[0], `unauthorized 'PATH' may not be read: it is outside\nfiles may be read in '${root}'`)
})

escapes('a FIFO, a socket and a folder are no files, and nothing waits for them', async () => {
  execFileSync(MAKE_PIPE, [`${root}/pipe`])
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(`${root}/socket`, resolve))
  mkdirSync(`${root}/empty`)
  for (const path of ['pipe', 'socket', 'empty'])
    for (const [name, input] of [
      ['files.read', { path }],
      ['files.write', { path, content: 'x' }],
      ['files.append', { path, content: 'x' }],
    ] as const) {
      const fault = await catchFault(() => perform(name, input))
      assert.is(fault.code, 'invalid_input', `${name} ${path}`)
      assert.match(fault.message, `'${path}' is a`)
    }
  await new Promise((resolve) => server.close(resolve))
})

escapes.run()
