import { Fault } from './fault.ts'

/** Fault `invalid_input` about one part of a request to run a workflow, so that an interface can point to it. */
export class InvalidPart extends Fault {
  readonly part: 'input' | 'models'

  constructor(part: InvalidPart['part'], message: string) {
    super('invalid_input', message)
    this.part = part
  }
}
