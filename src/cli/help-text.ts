/** Text of `--help` behind the options, wrapped to the terminal. Command lines stay whole, since they are copied. */
import type { AddHelpTextContext } from 'commander'
import { widthOf, wrapWords } from './printable.ts'

export interface Notes {
  /** Command lines, each with an optional comment behind two or more blanks. */
  examples?: readonly string[]
  /** Text below the examples. */
  help?: string
}

/** Width without a terminal, as commander has it for options. */
const WIDTH_WITHOUT_TERMINAL = 80

/** Narrowest column of descriptions that is wrapped, in commander's terms. */
export const NARROWEST_COLUMN = 16

export const renderHelp = (notes: Notes, { command, error }: AddHelpTextContext): string => {
  const { getOutHelpWidth, getErrHelpWidth } = command.configureOutput()
  return renderNotes(notes, (error ? getErrHelpWidth : getOutHelpWidth)?.() ?? WIDTH_WITHOUT_TERMINAL)
}

/** Examples and the text below them. `width` infinite: as they are declared. */
export const renderNotes = ({ examples = [], help }: Notes, width: number): string => {
  const commands = examples.length === 0 ? '' : `\nExamples:\n${examples.flatMap(renderExample(width)).join('\n')}\n`
  const text = help === undefined ? '' : `\n${width === Number.POSITIVE_INFINITY ? help : reflow(help, width)}\n`
  return `${commands}${text}`.trimEnd()
}

const INDENT = '  '

/** A comment that does not fit behind its command stands below it. */
const renderExample =
  (width: number) =>
  (example: string): string[] => {
    const line = `${INDENT}${example}`
    const [, command = '', comment] = /^(.*?\S) {2,}(\S.*)$/.exec(example) ?? []
    if (comment === undefined || widthOf(line) <= width) return [line]
    const indent = INDENT.repeat(3)
    return [`${INDENT}${command}`, ...wrapWords(comment, width - indent.length).map((text) => indent + text)]
  }

/** Wraps paragraphs; lines that are indented are command lines. */
const reflow = (text: string, width: number): string => {
  const lines: string[] = []
  let paragraph: string[] = []
  const end = (): void => {
    lines.push(...wrapWords(paragraph.join(' '), width))
    paragraph = []
  }
  for (const line of text.split('\n')) {
    const isProse = line !== '' && !line.startsWith(' ')
    if (isProse) paragraph.push(line)
    else {
      end()
      lines.push(line)
    }
  }
  end()
  return lines.join('\n')
}
