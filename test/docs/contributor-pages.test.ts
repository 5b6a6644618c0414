/** The pages for contributors name files that exist. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { REPOSITORY_FOLDER } from '../support/child-process.ts'

const PAGES = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md']

const LINK = /\]\(([^)#:]+)(?:#[^)]*)?\)/g
const PATH = /`((?:bench|build|docs|examples|schema|src|test)\/[\w./*-]*)`/g

const test = suite('pages for contributors')

for (const page of PAGES) {
  const text = readFileSync(join(REPOSITORY_FOLDER, page), 'utf8')

  test(`the links of ${page} lead to files`, () => {
    const targets = [...text.matchAll(LINK)].map(([, target = '']) => join(dirname(page), target))
    assert.equal(
      targets.filter((target) => !existsSync(join(REPOSITORY_FOLDER, target))),
      [],
    )
  })

  test(`the paths in ${page} exist`, () => {
    const paths = [...text.matchAll(PATH)].map(([, path = '']) => path)
    assert.equal(
      paths.filter((path) => globSync(path, { cwd: REPOSITORY_FOLDER }).length === 0),
      [],
    )
  })
}

test.run()
