import { nearestName } from "@vestibule/policy";
import { getNodeValue, type Node } from "jsonc-parser";
import type { JsonReading } from "./json-reading.ts";

/** What a place of a document may hold. Reading gives the typed value, or reports and gives undefined. */
export interface Shape<T> {
  /** For sentences: "a string", "a list". */
  readonly name: string;
  /** `null` means the same as leaving the member out (user-flows.md 16: omission vs null). */
  readonly nullable?: boolean;
  /** What the items of a list, or the values of an object with free names, look like; for reference documentation. */
  readonly item?: Shape<unknown>;
  read(node: Node, path: string, reading: JsonReading): T | undefined;
}

export type Shaped<S> = S extends Shape<infer T> ? T : never;

export interface Field<T> {
  readonly shape: Shape<unknown>;
  readonly required: boolean;
  readonly otherwise: () => T;
}

export interface ObjectShape<T> extends Shape<T> {
  readonly fields: Readonly<Record<string, Field<unknown>>>;
  /** The object with every member at its default. */
  empty(): T;
}

export type Members<F extends Record<string, Field<unknown>>> = {
  readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never;
};

export function required<T>(shape: Shape<T>): Field<T> {
  // The default is never used: an object whose required member is missing is not given out.
  return { shape, required: true, otherwise: () => undefined as never };
}

export function optional<T>(shape: Shape<T>, otherwise: NoInfer<T> | (() => NoInfer<T>)): Field<T> {
  const make = typeof otherwise === "function" ? (otherwise as () => T) : () => otherwise;
  return { shape, required: false, otherwise: make };
}

/** An object member that, left out, stands for the object with all its defaults. */
export function withDefaults<T>(shape: ObjectShape<T>): Field<T> {
  return { shape, required: false, otherwise: () => shape.empty() };
}

/** A member whose absence means something of its own. */
export function maybe<T>(shape: Shape<T>): Field<T | undefined> {
  return { shape, required: false, otherwise: () => undefined };
}

const kinds: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  boolean: "true or false",
  object: "an object",
  array: "a list",
  null: "null",
};

function wrongType(node: Node, path: string, reading: JsonReading, expected: string): undefined {
  reading.report(
    reading.codes.wrongType,
    "error",
    path,
    `Expected ${expected}, found ${kinds[node.type] ?? node.type}.`,
    {
      at: reading.at(node.offset),
    },
  );
  return undefined;
}

export function text(
  options: { readonly pattern?: RegExp; readonly describe?: string; readonly maxLength?: number } = {},
): Shape<string> {
  const name = options.describe ?? "a string";
  return {
    name,
    read(node, path, reading) {
      if (node.type !== "string") return wrongType(node, path, reading, name);
      const value = String(node.value);
      if (options.maxLength !== undefined && value.length > options.maxLength) {
        reading.report(
          reading.codes.outOfRange,
          "error",
          path,
          `At most ${options.maxLength} characters, found ${value.length}.`,
        );
        return undefined;
      }
      if (!options.pattern || options.pattern.test(value)) return value;
      reading.report(reading.codes.wrongType, "error", path, `Expected ${name}, found '${value}'.`);
      return undefined;
    },
  };
}

export const flag: Shape<boolean> = {
  name: "true or false",
  read(node, path, reading) {
    return node.type === "boolean" ? Boolean(node.value) : wrongType(node, path, reading, "true or false");
  },
};

export const decimal: Shape<number> = {
  name: "a number",
  read(node, path, reading) {
    return node.type === "number" ? Number(node.value) : wrongType(node, path, reading, "a number");
  },
};

/** A whole number from `minimum` to `maximum`, or one of the numbers `also`. */
export function integer(
  minimum: number,
  maximum: number,
  options: { readonly also?: readonly number[]; readonly unit?: string } = {},
): Shape<number> {
  const unit = options.unit ? ` ${options.unit}` : "";
  const range = `${options.also ? `${options.also.join(", ")} or ` : ""}${minimum} to ${maximum}${unit}`;
  return {
    name: `a whole number, ${range}`,
    read(node, path, reading) {
      if (node.type !== "number") return wrongType(node, path, reading, `a whole number, ${range}`);
      const value = Number(node.value);
      if (options.also?.includes(value)) return value;
      if (Number.isInteger(value) && value >= minimum && value <= maximum) return value;
      const nearest = Math.min(maximum, Math.max(minimum, Math.round(value)));
      reading.report(
        reading.codes.outOfRange,
        "error",
        path,
        `${lastName(path)} must be ${range}; ${value} is not.`,
        {
          hint: `The nearest value is ${nearest}.`,
        },
      );
      return undefined;
    },
  };
}

/** One of the words, without regard to case; given out in the spelling of the list. */
export function oneOf<const W extends string>(...words: readonly W[]): Shape<W> {
  const name = `one of ${words.join(", ")}`;
  return {
    name,
    read(node, path, reading) {
      if (node.type !== "string") return wrongType(node, path, reading, name);
      const value = String(node.value);
      const found = words.find((word) => word.toLowerCase() === value.toLowerCase());
      if (found !== undefined) return found;
      const near = nearestName(value, words);
      reading.report(reading.codes.wrongType, "error", path, `'${value}' is not ${name}.`, {
        ...(near !== undefined && { hint: `Did you mean '${near}'?` }),
      });
      return undefined;
    },
  };
}

export function listOf<T>(shape: Shape<T>): Shape<readonly T[]> {
  return {
    name: "a list",
    nullable: true,
    item: shape,
    read(node, path, reading) {
      if (node.type !== "array") return wrongType(node, path, reading, `a list of ${shape.name}`);
      const items: T[] = [];
      for (const [index, child] of (node.children ?? []).entries()) {
        const place = `${path}[${index}]`;
        reading.positions.set(place, reading.at(child.offset));
        const item = shape.read(child, place, reading);
        if (item !== undefined) items.push(item);
      }
      return items;
    },
  };
}

/** An object whose member names are free, for example language tags. */
export function dictionary<T>(shape: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return {
    name: "an object",
    nullable: true,
    item: shape,
    read(node, path, reading) {
      const members = readMembers(node, path, reading);
      if (!members) return undefined;
      const values: Record<string, T> = Object.create(null);
      for (const [name, member] of members) {
        const value = shape.read(member, `${path}.${name}`, reading);
        if (value !== undefined) values[name] = value;
      }
      return values;
    },
  };
}

/** Any JSON, given out as it is. */
export const json: Shape<unknown> = { name: "any JSON", read: (node) => getNodeValue(node) };

/** `null` reads as null, everything else as `shape`. */
export function orNull<T>(shape: Shape<T>): Shape<T | null> {
  return {
    name: `${shape.name} or null`,
    read: (node, path, reading) => (node.type === "null" ? null : shape.read(node, path, reading)),
  };
}

/** Whichever of the shapes fits the type of what was written. */
export function either<A, B>(when: (node: Node) => boolean, first: Shape<A>, second: Shape<B>): Shape<A | B> {
  return {
    name: `${first.name} or ${second.name}`,
    read: (node, path, reading) =>
      when(node) ? first.read(node, path, reading) : second.read(node, path, reading),
  };
}

/** An object with exactly these members. Members named `@odata.…` are Graph's annotations and pass where `annotated`. */
export function object<F extends Record<string, Field<unknown>>>(
  fields: F,
  options: { readonly annotated?: boolean } = {},
): ObjectShape<Members<F>> {
  const names = Object.keys(fields);
  return {
    name: "an object",
    nullable: true,
    fields,
    empty: () => Object.fromEntries(names.map((name) => [name, fields[name]?.otherwise()])) as Members<F>,
    read(node, path, reading) {
      const members = readMembers(node, path, reading);
      if (!members) return undefined;
      for (const [name] of members) {
        if (Object.hasOwn(fields, name) || (options.annotated && name.startsWith("@odata."))) continue;
        const near = nearestName(name, names);
        const place = path === "" ? name : `${path}.${name}`;
        reading.report(reading.codes.unknownMember, "error", place, `There is no member '${name}' here.`, {
          hint: near === undefined ? `Members: ${names.join(", ")}.` : `Did you mean '${near}'?`,
        });
      }
      return readFields(fields, members, node, path, reading);
    },
  };
}

/** The plain value of a place whose shape is somebody else's matter. */
export const plainJson = (node: Node): unknown => getNodeValue(node);

function readFields<F extends Record<string, Field<unknown>>>(
  fields: F,
  members: ReadonlyMap<string, Node>,
  node: Node,
  path: string,
  reading: JsonReading,
): Members<F> | undefined {
  const values: Record<string, unknown> = {};
  let complete = true;
  for (const [name, field] of Object.entries(fields)) {
    const place = path === "" ? name : `${path}.${name}`;
    const member = members.get(name);
    if (!member || (member.type === "null" && field.shape.nullable && !field.required)) {
      if (field.required) {
        reading.report(
          reading.codes.wrongType,
          "error",
          place,
          `The member '${name}' is missing: ${field.shape.name}.`,
          {
            at: reading.at(node.offset),
          },
        );
        complete = false;
      } else values[name] = field.otherwise();
      continue;
    }
    const value = field.shape.read(member, place, reading);
    if (value !== undefined) values[name] = value;
    else if (field.required) complete = false;
    else values[name] = field.otherwise();
  }
  // Every member of `fields` was read by its own shape or defaulted, so the record has exactly their types.
  return complete ? (values as Members<F>) : undefined;
}

/** Name → value node, with their positions noted; undefined where the node is no object. */
function readMembers(node: Node, path: string, reading: JsonReading): Map<string, Node> | undefined {
  if (node.type !== "object") return wrongType(node, path, reading, "an object");
  const members = new Map<string, Node>();
  for (const property of node.children ?? []) {
    const [key, value] = property.children ?? [];
    if (!key || !value) continue;
    const name = String(key.value);
    const place = path === "" ? name : `${path}.${name}`;
    if (members.has(name)) {
      reading.report(reading.codes.syntax, "error", place, `The member '${name}' is written twice.`, {
        at: reading.at(key.offset),
      });
      continue;
    }
    reading.positions.set(place, reading.at(value.offset));
    members.set(name, value);
  }
  return members;
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}
