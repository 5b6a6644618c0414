import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { INSTALLED } from '../../build/packages.ts'
import { renderNotices, toPackageFolders } from '../../build/third-party.ts'
import { REPOSITORY_FOLDER } from '../support/child-process.ts'
import { createTempFolder, type TempFolder } from '../support/temp-folder.ts'

const install = (name: string, manifest: object, files: Record<string, string> = {}): TempFolder =>
  createTempFolder({
    'package.json': JSON.stringify({ name, version: '1.2.3', ...manifest }),
    ...files,
  })

const readText = (path: string): string => readFileSync(join(REPOSITORY_FOLDER, path), 'utf8')

const test = suite('third party')

test('a notice has the name, the licence and every text of the package', () => {
  const folder = install(
    'made',
    { license: 'Apache-2.0' },
    { LICENSE: 'the text\n', NOTICE: 'the notice\n', other: 'no' },
  )
  assert.match(
    renderNotices([folder.path, folder.path]),
    /code of 1 packages[\s\S]*made 1\.2\.3, Apache-2\.0\n\nthe text\n\nthe notice\n$/,
  )
})

test('a package without a text of its licence is named with its author', () => {
  const folder = install('made', { license: 'MIT', author: { name: 'Ann' } })
  assert.match(renderNotices([folder.path]), 'Copyright Ann.')
})

test('a licence that does not allow bundling stops the build', () => {
  const folder = install('made', { license: 'EPL-2.0' })
  assert.throws(() => renderNotices([folder.path]), /'made' has the licence EPL-2\.0: expected one of .*dependencies/)
})

test('a module belongs to the innermost package', () => {
  assert.equal(
    toPackageFolders(['node_modules/a/index.js', 'node_modules/a/node_modules/@b/c/lib/index.js', 'src/index.ts']),
    ['node_modules/a', 'node_modules/a/node_modules/@b/c'],
  )
})

test('every package that npm installs with Troupe is named with its licence', () => {
  const page = readText('THIRD_PARTY.md')
  for (const name of INSTALLED) {
    const { license } = JSON.parse(readText(`node_modules/${name}/package.json`))
    const [, ours = ''] = new RegExp(`^\\| \`${name}\` \\| ([\\w.-]+)`, 'm').exec(page) ?? []
    assert.ok(
      ours !== '' &&
        String(license)
          .split(/ OR |[()]/)
          .includes(ours),
      `${name}, ${license}: ${ours}`,
    )
  }
})

test.run()
