import { elementTexts, fieldPlace, type TextPart } from './field-place';
import type { FieldPath } from '../../lineup/field-path';

/**
 * Where the objects of one document, and their fields, stand in its text. Worked out when somebody asks, and of a list,
 * which may be long, only once.
 */
export class DocumentPlaces {
  private elements?: readonly TextPart[];

  constructor(private readonly text: () => string) {}

  /**
   * Line, from 1, within the document; the column is absent where an object as a whole is meant.
   *
   * @param path from the document to the object, through the list that it is an element of
   * @param field from the object on
   */
  public of(path: FieldPath, field: FieldPath): { readonly line: number; readonly column?: number } {
    const inList = path.findIndex((step) => typeof step === 'number');
    if (inList < 0) {
      return fieldPlace(this.text(), field) ?? { line: 1 };
    }
    this.elements ??= elementTexts(this.text(), path.slice(0, inList)) ?? [];
    const element = this.elements[Number(path[inList])];
    if (!element) {
      return { line: 1 };
    }
    const { line, column } = fieldPlace(element.text, [...path.slice(inList + 1), ...field]) ?? { line: 1 };
    return { line: element.line + line - 1, ...(column === undefined ? {} : { column }) };
  }
}
