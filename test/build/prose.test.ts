import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { countByFolder, findProse } from '../../build/prose.ts'

const test = suite('prose')

const find = (text: string, file = 'src/core/a.ts') => findProse(file, text).map(({ line, word }) => `${line}: ${word}`)

test('a doc comment that opens with What, Of, Whether or Who is refused', () => {
  assert.equal(find('\n/** What it is. */\nconst a = 1\n/**\n * Of b.\n */'), ['2: What', '5: Of'])
  assert.equal(find('/** Whether. */ /** Who. */'), ['1: Whether', '1: Who'])
})

test('other openings, other comments and longer words are not', () => {
  assert.equal(find('/** Says what it is. */ // What now\n/** Offers. */ /** Whatever */ /** Whose */'), [])
  assert.equal(find('/** What it is. */', 'docs/a.md'), [])
})

test('the words are refused anywhere, in any case', () => {
  assert.equal(find('a = "nobody"\n\n// Somebody\n', 'src/a.ts'), ['1: nobody', '3: Somebody'])
  assert.equal(find("whoever's first", 'docs/a.md'), ['1: whoever'])
})

test('the code nobody_decides is no such word', () => {
  assert.equal(find('nobody_decides, xnobody', 'docs/errors.md'), [])
})

test('findings are counted by folder, two levels deep', () => {
  const at = (file: string) => ({ file, line: 1, word: 'Who' })
  const files = ['src/cli/view/a.ts', 'src/cli/b.ts', 'README.md', 'docs/c.md']
  assert.equal(countByFolder(files.map(at)), [
    ['README.md', 1],
    ['docs', 1],
    ['src/cli', 2],
  ])
})

test.run()
