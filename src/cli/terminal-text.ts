/**
 * The last step of everything that a command writes: control characters of foreign texts become visible, also where no code removed
 * them before, and the marks of `paint` become colours. Only a channel and the report of errors call it; nothing else may write to a terminal.
 */
import { toColors } from './paint.ts'
import { toVisible, toVisiblePainted } from './printable.ts'

/** @param hasColor False: no text is painted, so a mark of colours in it is foreign. */
export const toTerminalText = (text: string, hasColor: boolean): string =>
  hasColor ? toColors(toVisiblePainted(text)) : toVisible(text)
