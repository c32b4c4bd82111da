/** JSON text that is finished already and goes into a larger value as it is. @internal */
export class RawJson {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}
