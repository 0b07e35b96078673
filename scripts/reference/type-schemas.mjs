// JSON Schema (2020-12) of TypeScript's own types, read through the compiler: comments become descriptions, tags such as
// @maxLength become keywords.
import { API, SymbolFlags, TypeFlags } from "typescript/unstable/sync";

const numbers = new Set(["minLength", "maxLength", "minimum", "maximum"]);
const texts = new Set(["format", "pattern"]);

/** Reads the exported types of one file; `reference` says how one schema names another. Call `close` when done. */
export function readTypes(configFile, fileName, reference) {
  const api = new API({ cwd: process.cwd() });
  const snapshot = api.updateSnapshot({ openProject: configFile });
  const project = snapshot.getProject(configFile) ?? snapshot.getProjects()[0];
  const { checker, program } = project;
  const module = checker.getSymbolAtLocation(program.getSourceFile(fileName));
  const symbols = new Map(checker.getExportsOfModule(module).map((symbol) => [symbol.name, symbol]));

  /** A type that is exported by its name is a reference; any other is written out. */
  function schemaOf(type) {
    const name = (type.getAliasSymbol() ?? type.getSymbol())?.name;
    return name !== undefined && symbols.has(name) ? { $ref: reference(name) } : written(type);
  }

  function written(type) {
    if (type.flags & TypeFlags.Union) return unionOf(type.getTypes());
    if (type.flags & TypeFlags.StringLiteral || type.flags & TypeFlags.NumberLiteral)
      return { type: typeof type.value, const: type.value };
    if (type.flags & TypeFlags.String) return { type: "string" };
    if (type.flags & TypeFlags.Number) return { type: "number" };
    if (type.flags & TypeFlags.Boolean || type.flags & TypeFlags.BooleanLiteral) return { type: "boolean" };
    if (type.flags & TypeFlags.Null) return { type: "null" };
    if (checker.isArrayType(type)) {
      return { type: "array", items: schemaOf(checker.getTypeArguments(type)[0]) };
    }
    if (type.flags & TypeFlags.Object) return objectOf(type);
    throw new Error(`No schema is known for the type ${checker.typeToString(type)}.`);
  }

  function unionOf(types) {
    const members = types.filter((type) => !(type.flags & TypeFlags.Undefined));
    const schemas = [...new Map(members.map(schemaOf).map((one) => [JSON.stringify(one), one])).values()];
    if (schemas.length === 1) return schemas[0];
    const plain = schemas.every((one) => Object.keys(one).join() === "type" && typeof one.type === "string");
    if (!plain) return { anyOf: schemas };
    const kinds = schemas.map((one) => one.type);
    return { type: [...kinds.filter((kind) => kind !== "null"), ...kinds.filter((kind) => kind === "null")] };
  }

  function objectOf(type) {
    const properties = {};
    const required = [];
    for (const property of checker.getPropertiesOfType(type)) {
      properties[property.name] = { ...schemaOf(checker.getTypeOfSymbol(property)), ...saidOf(property) };
      if (!(property.flags & SymbolFlags.Optional)) required.push(property.name);
    }
    const patterns = {};
    let others;
    for (const { keyType, valueType } of checker.getIndexInfosOfType(type)) {
      if (keyType.flags & TypeFlags.TemplateLiteral) patterns[`^${keyType.texts[0]}`] = schemaOf(valueType);
      else others = schemaOf(valueType);
    }
    return {
      type: "object",
      ...(Object.keys(properties).length > 0 && { properties }),
      ...(required.length > 0 && { required }),
      ...(Object.keys(patterns).length > 0 && { patternProperties: patterns }),
      ...(others && { additionalProperties: others }),
    };
  }

  /** What comments and tags add. */
  function saidOf(symbol) {
    const said = {};
    const description = checker
      .getDocumentationCommentOfSymbol(symbol)
      .replace(/\s*\n\s*/g, " ")
      .trim();
    if (description !== "") said.description = description;
    for (const { name, text } of checker.getJsDocTagsOfSymbol(symbol)) {
      const value = (typeof text === "string" ? text : (text ?? []).map((part) => part.text).join("")).trim();
      if (numbers.has(name)) said[name] = Number(value);
      else if (texts.has(name)) said[name] = value;
      else if (name === "example") said.examples = [JSON.parse(value)];
      else throw new Error(`The tag @${name} of ${symbol.name} means nothing in a schema.`);
    }
    return said;
  }

  /** Code generators stumble over a type that is made of itself; such a type is any JSON, as its comment says. */
  function schemaOfExport(name, symbol) {
    const schema = written(typeOf(name));
    const isRecursive = JSON.stringify(schema).includes(JSON.stringify(reference(name)));
    return { ...(!isRecursive && schema), ...saidOf(symbol) };
  }

  const typeOf = (name) => checker.getDeclaredTypeOfSymbol(symbols.get(name));
  return {
    /** Schemas of every exported type, by name. */
    all: () => new Map([...symbols].map(([name, symbol]) => [name, schemaOfExport(name, symbol)])),
    /** The members of an exported type: name → names of the exported types that it may be. */
    members: (name) =>
      new Map(
        checker.getPropertiesOfType(typeOf(name)).map((property) => {
          const type = checker.getTypeOfSymbol(property);
          const types = type.flags & TypeFlags.Union ? type.getTypes() : [type];
          return [property.name, types.map((one) => one.getSymbol().name)];
        }),
      ),
    close: () => api.close(),
  };
}
