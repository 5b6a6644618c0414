import { roundDecimal } from '../../../core/decimal.ts'
import { fail } from '../evaluation.ts'
import { NUMBER } from '../type.ts'
import { type FunctionSource, numberAt } from './function-entry.ts'

const roundTo = (value: number, digits: number): number => {
  if (!Number.isInteger(digits) || digits < 0 || digits > 15)
    return fail(`${digits} is no number of digits: expected a whole number from 0 to 15`)
  return roundDecimal(value, digits)
}

const ONE = [{ name: 'number', type: NUMBER }] as const

// Adding 0 turns -0 into 0: JSON has no -0.
export const NUMBER_FUNCTIONS: readonly FunctionSource[] = [
  {
    signature: 'round(number, digits?) → number',
    doc: 'The nearest number with so many digits behind the point (default 0); halves go away from zero.',
    example: 'round(2.5) == 3 && round(3.14159, 2) == 3.14',
    parameters: [...ONE, { name: 'digits', type: NUMBER, optional: true }],
    result: NUMBER,
    evaluate: (args) => roundTo(numberAt(args, 0), numberAt(args, 1)),
  },
  {
    signature: 'abs(number) → number',
    doc: 'The number without its sign.',
    example: 'abs(-2.5) == 2.5',
    parameters: ONE,
    result: NUMBER,
    evaluate: (args) => Math.abs(numberAt(args, 0)),
  },
  {
    signature: 'floor(number) → number',
    doc: 'The largest whole number that is not above it.',
    example: 'floor(2.7) == 2 && floor(-2.5) == -3',
    parameters: ONE,
    result: NUMBER,
    evaluate: (args) => Math.floor(numberAt(args, 0)) + 0,
  },
  {
    signature: 'ceil(number) → number',
    doc: 'The smallest whole number that is not below it.',
    example: 'ceil(2.1) == 3 && ceil(-2.5) == -2',
    parameters: ONE,
    result: NUMBER,
    evaluate: (args) => Math.ceil(numberAt(args, 0)) + 0,
  },
]
