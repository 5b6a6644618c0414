/** What the tables of commands are written with. */
import type { Command } from 'commander'
import { type Context, createContext, type GlobalOptions } from './context.ts'

/** Is told the exit code of the command that was called. */
export type End = (exitCode: number) => void

export const describe = (program: Command, name: string, description: string, help: string): Command =>
  program.command(name).description(description).addHelpText('after', help)

export const contextOf = (command: Command): Context => createContext(command.optsWithGlobals<GlobalOptions>())

/** Of an option that may be given several times. */
export const collect = (value: string, values: string[] = []): string[] => [...values, value]
