import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findWorkflows } from '../../../src/app/project/find-workflows.ts'
import { createTempFolder } from '../../support/temp-folder.ts'

const test = suite('find workflows')

const WORKFLOW = 'workflow: one\nsteps: []\n'

const find = (files: Record<string, string>): { files: string[]; isWhole: boolean } => {
  const { path } = createTempFolder(files)
  const found = findWorkflows(path)
  return { ...found, files: found.files.map((file) => file.slice(path.length + 1)) }
}

test('workflows beside the config and below it are found, and other YAML is not', () => {
  const files = {
    'b.yaml': WORKFLOW,
    'a.yml': `# a comment\n${WORKFLOW}`,
    'c.yaml': 'name: no\n',
    'flows/deep/d.yaml': WORKFLOW,
  }
  assert.equal(find({ ...files, 'troupe.config.yaml': '', 'e.txt': WORKFLOW }), {
    files: ['a.yml', 'b.yaml', 'flows/deep/d.yaml'],
    isWhole: true,
  })
})

test('packages, builds, tests, hidden folders and other projects are passed over', () => {
  const places = ['node_modules/a', '.git', 'dist', 'test/fixtures', 'other']
  const files = Object.fromEntries(places.map((place) => [`${place}/x.yaml`, WORKFLOW]))
  assert.equal(find({ ...files, 'other/troupe.config.yaml': '' }).files, [])
})

test('it stops at a bound, and says so', () => {
  const many = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`w${index}.yaml`, WORKFLOW]))
  const { files, isWhole } = find(many)
  assert.equal([files.length, isWhole], [100, false])
  assert.equal(find({ 'a/b/c/d/e/f.yaml': WORKFLOW }).files, [])
})

test('a folder that is not there holds none', () => {
  assert.equal(findWorkflows('/there/is/no/such/folder'), { files: [], isWhole: true })
})

test.run()
