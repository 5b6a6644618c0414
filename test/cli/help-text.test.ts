import type { Command } from 'commander'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { renderNotes } from '../../src/cli/help-text.ts'
import { wrapWords } from '../../src/cli/printable.ts'
import { createProgram } from '../../src/cli/program.ts'

const test = suite('help')

const listCommands = (command: Command): Command[] => [command, ...command.commands.flatMap(listCommands)]

const readHelp = (command: Command, width: number): string => {
  let help = ''
  command.configureOutput({
    writeOut: (text) => {
      help += text
    },
    getOutHelpWidth: () => width,
  })
  command.outputHelp()
  return help
}

const wordsOf = (text: string): string[] => text.split(/\s+/).filter(Boolean)

for (const width of [50, 80, 120])
  test(`the help of every command fits into ${width} columns, and breaks no word`, () => {
    for (const command of listCommands(createProgram(() => {}))) {
      const [help, whole] = [readHelp(command, width), readHelp(command, Number.POSITIVE_INFINITY)]
      assert.equal(wordsOf(help), wordsOf(whole), command.name())
      const isCommandLine = (line: string): boolean => line.startsWith('Usage:') || whole.includes(`\n${line}`)
      // Command lines stay whole, and so does a word that is wider than its column.
      for (const line of help.split('\n'))
        if (line.length > width) assert.ok(isCommandLine(line) || / {2}\S+$/.test(line), `${command.name()}: ${line}`)
    }
  })

test('a comment that does not fit behind its command stands below it', () => {
  const notes = {
    examples: ['troupe runs            all of them', 'troupe runs --all'],
    help: 'One\ntwo three.\n\n  code   line',
  }
  assert.is(
    renderNotes(notes, 24),
    '\nExamples:\n  troupe runs\n      all of them\n  troupe runs --all\n\nOne two three.\n\n  code   line',
  )
})

test('a word that is wider than a line has a line of its own', () => {
  assert.equal(wrapWords('a bb  cccccccc d', 4), ['a bb', 'cccccccc', 'd'])
  assert.equal(wrapWords('', 4), [])
})

test.run()
