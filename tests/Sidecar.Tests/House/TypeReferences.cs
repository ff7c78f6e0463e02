using System.Reflection;
using System.Reflection.Emit;

namespace Sidecar.Tests.House;

/// <summary>
/// All types that a type names: in its base, members, attributes and signatures, and in the code of its methods. Nested and
/// generated types (lambdas, async methods) count as their outer type.
/// </summary>
internal static class TypeReferences
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<int, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(static field => (OpCode)field.GetValue(null)!)
        .ToDictionary(static code => (int)(ushort)code.Value);

    public static IReadOnlySet<Type> Of(Type type)
    {
        var found = new HashSet<Type>();
        Collect(type, found);
        return found;
    }

    /// <summary>The type that a file shows: nested ones are part of it.</summary>
    public static Type Outermost(Type type)
    {
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }

        return type;
    }

    private static void Collect(Type type, HashSet<Type> found)
    {
        Add(type.BaseType, found);
        foreach (var contract in type.GetInterfaces())
        {
            Add(contract, found);
        }

        Attributes(type.GetCustomAttributesData(), found);
        foreach (var parameter in type.GetGenericArguments().SelectMany(static argument => argument.GetGenericParameterConstraints()))
        {
            Add(parameter, found);
        }

        foreach (var member in type.GetMembers(Declared))
        {
            Attributes(member.GetCustomAttributesData(), found);
            switch (member)
            {
                case FieldInfo field:
                    Add(field.FieldType, found);
                    break;
                case MethodBase method:
                    Signature(method, found);
                    Code(method, found);
                    break;
                case Type nested:
                    Collect(nested, found);
                    break;
            }
        }
    }

    private static void Signature(MethodBase method, HashSet<Type> found)
    {
        Add((method as MethodInfo)?.ReturnType, found);
        foreach (var parameter in method.GetParameters())
        {
            Add(parameter.ParameterType, found);
        }
    }

    private static void Code(MethodBase method, HashSet<Type> found)
    {
        if (method.GetMethodBody() is not { } body)
        {
            return;
        }

        foreach (var local in body.LocalVariables)
        {
            Add(local.LocalType, found);
        }

        foreach (var clause in body.ExceptionHandlingClauses.Where(static clause => clause.Flags == ExceptionHandlingClauseOptions.Clause))
        {
            Add(clause.CatchType, found);
        }

        foreach (var member in Tokens(body.GetILAsByteArray()!).Select(token => Resolve(method, token)))
        {
            switch (member)
            {
                case Type type:
                    Add(type, found);
                    break;
                case FieldInfo field:
                    Add(field.DeclaringType, found);
                    Add(field.FieldType, found);
                    break;
                case MethodBase called:
                    Add(called.DeclaringType, found);
                    Signature(called, found);
                    foreach (var argument in called.IsGenericMethod ? called.GetGenericArguments() : [])
                    {
                        Add(argument, found);
                    }

                    break;
            }
        }
    }

    private static IEnumerable<int> Tokens(byte[] code)
    {
        for (var at = 0; at < code.Length;)
        {
            var value = code[at] == 0xFE ? (code[at] << 8) | code[at + 1] : code[at];
            at += value > 0xFF ? 2 : 1;
            var operand = Codes[value].OperandType;
            if (operand is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType)
            {
                yield return BitConverter.ToInt32(code, at);
            }

            at += operand switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
                _ => 4,
            };
        }
    }

    private static MemberInfo? Resolve(MethodBase method, int token) => method.Module.ResolveMember(
        token,
        method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null,
        method.IsGenericMethod ? method.GetGenericArguments() : null);

    private static void Attributes(IEnumerable<CustomAttributeData> attributes, HashSet<Type> found)
    {
        foreach (var attribute in attributes)
        {
            Add(attribute.AttributeType, found);
            foreach (var type in attribute.ConstructorArguments.Select(static argument => argument.Value as Type))
            {
                Add(type, found);
            }
        }
    }

    private static void Add(Type? type, HashSet<Type> found)
    {
        while (type is { HasElementType: true })
        {
            type = type.GetElementType();
        }

        if (type is null or { IsGenericParameter: true })
        {
            return;
        }

        foreach (var argument in type.IsGenericType ? type.GetGenericArguments() : [])
        {
            Add(argument, found);
        }

        found.Add(Outermost(type.IsGenericType ? type.GetGenericTypeDefinition() : type));
    }
}
