using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;
using Grpc.Core;
using Silo.Coupons.V1;
using Silo.Edge.V1;
using Silo.Server.Tests.House;
using Xunit;

namespace Silo.Server.Tests;

/// <summary>
/// Goal: a well-formed message never gives INTERNAL or UNKNOWN, every status is one that the rpc documents, and what is
/// refused has changed nothing. Method: every rpc that the descriptors name, with nothing and with the extremes of each
/// field, as every kind of caller; triggers count what is written during each run of refusals.
/// </summary>
public abstract partial class RpcSweepSuite(Database database, ITestOutputHelper output)
{
    /// <summary>
    /// Tables that a refused call may change: the audit log, counters of wrong passwords, and what the engine writes by
    /// itself all the time.
    /// </summary>
    private static readonly HashSet<string> Excepted =
        ["silo_audit", "accounts_attempts", "silo_work", "silo_id_slots", "__EFMigrationsHistory", "__EFMigrationsLock", "sqlite_sequence"];

    /// <summary>Changes that every node has seen are removed every minute or so.</summary>
    private const string ExceptedWrite = "silo_cache_changes DELETE";

    /// <summary>What the use of a token extends.</summary>
    private static readonly HashSet<string> ExceptedColumns = ["accounts_tokens.expires_at"];

    private static readonly HashSet<string> Everywhere =
    [
        "OK:", "InvalidArgument:INVALID_ARGUMENT", "Unauthenticated:TOKEN_INVALID", "PermissionDenied:ACCESS_DENIED",
        // A message beyond the size limit is refused by the library, before the edge.
        "ResourceExhausted:",
    ];

    [Fact]
    public async Task EveryRpc_WithExtremesAndEveryCaller_AnswersAsDocumentedAndRefusesWithoutEffect()
    {
        await using var shop = await Shop.StartAsync(database);
        await WatchTablesAsync(shop);
        await HeadersAsync(shop, Sender.User);
        Assert.Contains("accounts_users INSERT", await TakeWritesAsync(shop), StringComparison.Ordinal);
        var documented = Documented.Read();
        var faults = new List<string>();
        var calls = 0;
        foreach (var method in Services().SelectMany(service => service.Methods))
        {
            Assert.True(documented.ContainsKey(method.FullName), $"{method.FullName} has no comment.");
            var messages = Variants(method.InputType).Concat(TooLarge(method.InputType)).ToArray();
            foreach (var role in Enum.GetValues<Sender>())
            {
                // Who may not call at all is told so before the message is looked at.
                var sent = DenialOf(method, role) is null ? messages : [.. messages.Take(4), messages[^1]];
                var headers = await HeadersAsync(shop, role);
                await TakeWritesAsync(shop);
                var refused = new List<IMessage>();
                foreach (var message in sent)
                {
                    var answer = await CallAsync(shop, method, message, headers);
                    calls++;
                    if (FaultOf(method, role, answer, documented[method.FullName]) is { } fault)
                    {
                        faults.Add($"{fault}; message {Short(message)}");
                    }

                    if (answer != "OK:")
                    {
                        refused.Add(message);
                    }
                    else if (method.Service.FullName.StartsWith("silo.accounts.", StringComparison.Ordinal))
                    {
                        // It may have ended the caller's own token.
                        headers = await HeadersAsync(shop, role);
                    }
                }

                if (refused.Count < sent.Length)
                {
                    // What was accepted has changed the tables; the refused ones go again, with nothing between them.
                    await TakeWritesAsync(shop);
                    foreach (var message in refused)
                    {
                        var answer = await CallAsync(shop, method, message, headers);
                        Assert.True(answer != "OK:", $"{method.FullName} as {role} first refused and then accepted {Short(message)}");
                    }
                }

                if (await TakeWritesAsync(shop) is { Length: > 0 } written)
                {
                    faults.Add($"{method.FullName} as {role} wrote with refused calls: {written}");
                }
            }
        }

        output.WriteLine($"{database}: {calls} calls");
        Assert.True(calls > 1000, $"Only {calls} calls were made.");
        Assert.True(faults.Count == 0, string.Join("\n", faults.Take(40)));
    }

    [Theory]
    [InlineData("Internal:INTERNAL", Sender.Owner, true)]
    [InlineData("Unknown:", Sender.Owner, true)]
    [InlineData("NotFound:COUPON_UNKNOWN", Sender.Owner, false)]
    [InlineData("NotFound:SOMETHING_ELSE", Sender.Owner, true)]
    [InlineData("OK:", Sender.Nobody, true)]
    [InlineData("OK:", Sender.User, true)]
    [InlineData("Unauthenticated:TOKEN_INVALID", Sender.Owner, true)]
    public void FaultOf_PlantedAnswer_IsSeen(string answer, Sender sender, bool isFault)
    {
        var method = Services().SelectMany(s => s.Methods).Single(m => m.Name == "GetCoupon");

        Assert.Equal(isFault, FaultOf(method, sender, answer, new HashSet<string> { "NotFound:COUPON_UNKNOWN" }) is not null);
    }

    private static IEnumerable<ServiceDescriptor> Services() => typeof(CouponsService).Assembly.GetTypes()
        .Where(type => type is { IsAbstract: true, IsSealed: true })
        .Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null))
        .OfType<ServiceDescriptor>().Where(s => s.FullName.StartsWith("silo.", StringComparison.Ordinal))
        .OrderBy(s => s.FullName, StringComparer.Ordinal);

    /// <summary>What somebody is told who may not call an rpc; null for who may.</summary>
    private static string? DenialOf(MethodDescriptor method, Sender sender)
    {
        var rule = method.GetOptions()!.GetExtension(EdgeExtensions.Access);
        return rule.Access switch
        {
            Access.Public => null,
            _ when sender == Sender.Nobody => "Unauthenticated:TOKEN_INVALID",
            Access.User => sender is Sender.User or Sender.OtherUser ? null : "PermissionDenied:ACCESS_DENIED",
            _ => Reaches(sender, rule.Role) ? null : "PermissionDenied:ACCESS_DENIED",
        };
    }

    private static string? FaultOf(MethodDescriptor method, Sender sender, string answer, IReadOnlySet<string> documented)
    {
        if (DenialOf(method, sender) is { } expected)
        {
            // The size of a message is looked at before who sends it.
            return answer == expected || answer == "ResourceExhausted:" ? null
                : $"{method.FullName} as {sender} answered {answer}, not {expected}";
        }

        return documented.Contains(answer)
            || (Everywhere.Contains(answer) && answer is not ("Unauthenticated:TOKEN_INVALID" or "PermissionDenied:ACCESS_DENIED"))
            ? null
            : $"{method.FullName} as {sender} answered {answer}, which it does not document";
    }

    private static bool Reaches(Sender sender, Role role) => sender switch
    {
        Sender.Owner => true,
        Sender.Finance => role is Role.Finance or Role.Support,
        Sender.Catalogue => role is Role.Catalogue or Role.Support,
        Sender.Support => role is Role.Support,
        _ => false,
    };

    /// <summary>Nothing; each field's extremes alone; and each field's extremes within a plausible message.</summary>
    private static IEnumerable<IMessage> Variants(MessageDescriptor type)
    {
        yield return New(type);
        yield return Plausible(type);
        foreach (var field in type.Fields.InDeclarationOrder())
        {
            foreach (var start in new[] { New(type), Plausible(type) })
            {
                foreach (var value in Extremes(field))
                {
                    var message = Copy(start);
                    Set(message, field, value);
                    yield return message;
                }
            }
        }
    }

    /// <summary>
    /// A message beyond the size limit, once for each rpc: the server refuses it before it has arrived, and takes many of
    /// them in a row for an attack.
    /// </summary>
    private static IEnumerable<IMessage> TooLarge(MessageDescriptor type)
    {
        foreach (var field in type.Fields.InDeclarationOrder().Where(f => f is { FieldType: FieldType.String, IsRepeated: false }).Take(1))
        {
            var message = New(type);
            Set(message, field, new string('a', (1024 * 1024) + 1));
            yield return message;
        }
    }

    private static IEnumerable<object> Extremes(FieldDescriptor field)
    {
        var rule = field.GetOptions()?.GetExtension(EdgeExtensions.Rule);
        if (field.IsRepeated)
        {
            yield return Enumerable.Repeat(Extreme(field), 101).ToArray();
            yield break;
        }

        switch (field.FieldType)
        {
            case FieldType.String:
                yield return "";
                yield return "\0";
                // No request id; and for other texts what looks like nothing.
                yield return field.Name == "request_id" ? "a b" : " \u3000\u200b";
                yield return "'; DROP TABLE accounts_users; --</p><form><b onclick=x>\uff1c";
                if (field.Name.Contains("json", StringComparison.Ordinal))
                {
                    yield return """{"a":"\ud800"}""";
                }

                yield return new string('a', Math.Max(1, rule?.MaxLength ?? 0) + 1);
                break;
            case FieldType.Int64:
                foreach (var number in new[] { 0, -1, 1, long.MinValue, long.MaxValue, rule?.Max ?? 0, (rule?.Max ?? 0) + 1, (rule?.Min ?? 0) - 1 })
                {
                    yield return number;
                }

                break;
            case FieldType.Int32:
                foreach (var number in new[] { 0, -1, 1, int.MinValue, int.MaxValue })
                {
                    yield return number;
                }

                break;
            case FieldType.Enum:
                yield return 0;
                yield return 9999;
                yield return -1;
                break;
            case FieldType.Double:
                foreach (var number in new[] { 0, -1, 1, double.MaxValue, double.MinValue, double.Epsilon, double.NaN, double.PositiveInfinity })
                {
                    yield return number;
                }

                break;
            case FieldType.Bool:
                yield return true;
                break;
            case FieldType.Bytes:
                yield return ByteString.Empty;
                // Neither a picture nor a table: a quote that nothing closes, and bytes that are no text.
                yield return ByteString.CopyFrom([.. "id,name\n\"1,=x"u8, 0xc3, 0x28, (byte)'\n']);
                yield return ByteString.CopyFrom(new byte[Math.Max(1, rule?.MaxLength ?? 0) + 1]);
                break;
            case FieldType.Message when field.MessageType.FullName == "google.protobuf.Timestamp":
                foreach (var seconds in new[] { 0, -1, long.MinValue, long.MaxValue, 253_402_300_799, -62_135_596_800 })
                {
                    yield return new Google.Protobuf.WellKnownTypes.Timestamp { Seconds = seconds };
                }

                yield return new Google.Protobuf.WellKnownTypes.Timestamp { Nanos = -1 };
                break;
            case FieldType.Message:
                foreach (var inner in Variants(field.MessageType))
                {
                    yield return inner;
                }

                break;
            default:
                throw new NotSupportedException($"The sweep has no extremes for {field.FullName}.");
        }
    }

    private static object Extreme(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.String => "a",
        FieldType.Int64 => 1L,
        FieldType.Int32 or FieldType.Enum => 1,
        FieldType.Bool => true,
        FieldType.Bytes => ByteString.CopyFromUtf8("a"),
        FieldType.Message => New(field.MessageType),
        _ => throw new NotSupportedException(field.FullName),
    };

    private static IMessage Plausible(MessageDescriptor type)
    {
        var message = New(type);
        foreach (var field in type.Fields.InDeclarationOrder().Where(f => !f.IsRepeated && f.Name != "request_id"))
        {
            var min = field.GetOptions()?.GetExtension(EdgeExtensions.Rule)?.Min ?? 0;
            Set(message, field, field.FieldType switch
            {
                FieldType.String => field.Name.Contains("json", StringComparison.Ordinal) ? "{}" : "plausible-text",
                FieldType.Int64 => Math.Max(1, min),
                FieldType.Int32 => (int)Math.Max(1, min),
                FieldType.Enum => 1,
                FieldType.Bool => true,
                FieldType.Double => 1.0,
                FieldType.Bytes => ByteString.CopyFromUtf8("plausible bytes"),
                FieldType.Message when field.MessageType.FullName == "google.protobuf.Timestamp" =>
                    new Google.Protobuf.WellKnownTypes.Timestamp { Seconds = 1_600_000_000 + (field.FieldNumber * 1000) },
                _ => Plausible(field.MessageType),
            });
        }

        return message;
    }

    private static IMessage New(MessageDescriptor type) => (IMessage)Activator.CreateInstance(type.ClrType)!;

    private static IMessage Copy(IMessage message) => message.Descriptor.Parser.ParseFrom(message.ToByteArray());

    private static void Set(IMessage message, FieldDescriptor field, object value)
    {
        if (value is object[] items)
        {
            var list = (System.Collections.IList)field.Accessor.GetValue(message);
            foreach (var item in items)
            {
                list.Add(field.FieldType == FieldType.Enum ? Enum.ToObject(field.EnumType.ClrType, item) : item);
            }
        }
        else
        {
            field.Accessor.SetValue(message, field.FieldType == FieldType.Enum ? Enum.ToObject(field.EnumType.ClrType, value) : value);
        }
    }

    private static string Short(IMessage message)
    {
        var text = message.ToString() ?? "";
        return text.Length > 200 ? text[..200] : text;
    }

    private static async Task<string> CallAsync(Shop shop, MethodDescriptor method, IMessage message, Metadata headers)
    {
        var raw = new Method<byte[], byte[]>(
            method.IsServerStreaming ? MethodType.ServerStreaming
                : method.IsClientStreaming ? MethodType.ClientStreaming : MethodType.Unary,
            method.Service.FullName, method.Name, Marshallers.Create(b => b, b => b), Marshallers.Create(b => b, b => b));
        var options = new CallOptions(headers, DateTime.MaxValue, CancellationToken.None);
        var invoker = shop.Channel.CreateCallInvoker();
        // Read off the call and not caught: a hundred thousand thrown exceptions take longer than the calls.
        if (method.IsServerStreaming)
        {
            using var stream = invoker.AsyncServerStreamingCall(raw, null, options, message.ToByteArray());
            var next = stream.ResponseStream.MoveNext(CancellationToken.None);
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return next.IsCompletedSuccessfully ? "OK:" : AnswerOf(stream.GetStatus(), stream.GetTrailers());
        }

        if (method.IsClientStreaming)
        {
            using var stream = invoker.AsyncClientStreamingCall(raw, null, options);
            try
            {
                await stream.RequestStream.WriteAsync(message.ToByteArray());
                await stream.RequestStream.CompleteAsync();
            }
            catch (Exception exception) when (exception is RpcException or InvalidOperationException)
            {
                // Refused before all was sent; the answer says why.
            }

            await ((Task)stream.ResponseAsync).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return AnswerOf(stream.GetStatus(), stream.GetTrailers());
        }

        using var call = invoker.AsyncUnaryCall(raw, null, options, message.ToByteArray());
        await ((Task)call.ResponseAsync).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return AnswerOf(call.GetStatus(), call.GetTrailers());
    }

    private static string AnswerOf(Grpc.Core.Status status, Metadata trailers) =>
        $"{status.StatusCode}:{trailers.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason}";

    private static async Task<Metadata> HeadersAsync(Shop shop, Sender sender)
    {
        switch (sender)
        {
            case Sender.Nobody:
                return [];
            case Sender.Owner:
                await shop.LogInAsync();
                return shop.Owner;
            case Sender.User or Sender.OtherUser:
                var user = await shop.Accounts.RegisterUsernameAsync(
                    new() { Username = $"sweep-{sender}", Password = "secret-word", AutoLogin = true });
                return Shop.Bearer(user.Token);
            default:
                var login = new Accounts.V1.LoginOperatorRequest { Username = $"sweep-{sender}", Password = "a-long-password" };
                await shop.LogInAsync();
                var operators = await shop.AccountsAdmin.ListOperatorsAsync(new() { PageSize = 100 }, shop.Owner);
                if (operators.Operators.All(o => o.Username != login.Username))
                {
                    await shop.AccountsAdmin.CreateOperatorAsync(
                        new() { Username = login.Username, Password = login.Password, Role = Enum.Parse<Role>(sender.ToString()) }, shop.Owner);
                }

                return Shop.Bearer((await shop.AccountsAdmin.LoginOperatorAsync(login)).Token);
        }
    }

    /// <summary>Counts every row that is written from now on, and stays.</summary>
    private static async Task WatchTablesAsync(Shop shop)
    {
        var isSqlite = shop.Database == Database.Sqlite;
        var columns = await shop.QueryAsync(
            isSqlite
                ? """
                  SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
                  WHERE m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%' AND m.name NOT LIKE '%\_fts\_%' ESCAPE '\'
                  """
                : """
                  SELECT table_name, column_name FROM information_schema.columns
                  WHERE table_schema = 'public' AND is_generated = 'NEVER'
                  """,
            row => (Table: row.GetString(0), Column: row.GetString(1)));
        var sql = new StringBuilder(isSqlite
            ? "CREATE TABLE sweep_writes (name TEXT NOT NULL);"
            : """
              CREATE TABLE sweep_writes (name text NOT NULL);
              CREATE FUNCTION sweep_write() RETURNS trigger LANGUAGE plpgsql AS
                  $$ BEGIN INSERT INTO sweep_writes VALUES (TG_TABLE_NAME || ' ' || TG_OP); RETURN NULL; END $$;
              """);
        foreach (var table in columns.Where(c => !Excepted.Contains(c.Table)).GroupBy(c => c.Table, c => c.Column))
        {
            var watched = table.Where(column => !ExceptedColumns.Contains($"{table.Key}.{column}"));
            var differs = string.Join(" OR ", watched.Select(c => $"OLD.\"{c}\" IS {(isSqlite ? "NOT" : "DISTINCT FROM")} NEW.\"{c}\""));
            foreach (var (operation, when) in new[] { ("INSERT", ""), ("UPDATE", $"WHEN ({differs})"), ("DELETE", "") }
                .Where(o => $"{table.Key} {o.Item1}" != ExceptedWrite))
            {
                sql.Append(CultureInfo.InvariantCulture, $"CREATE TRIGGER \"sweep_{table.Key}_{operation}\" AFTER {operation} ON \"{table.Key}\" ")
                    .Append(CultureInfo.InvariantCulture, $"FOR EACH ROW {when} ")
                    .AppendLine(isSqlite
                        ? $"BEGIN INSERT INTO sweep_writes VALUES ('{table.Key} {operation}'); END;"
                        : "EXECUTE FUNCTION sweep_write();");
            }
        }

        await shop.ExecuteAsync(sql.ToString());
    }

    /// <summary>What was written since the last look.</summary>
    private static async Task<string> TakeWritesAsync(Shop shop) => string.Join(", ", await shop.QueryAsync(
        "DELETE FROM sweep_writes RETURNING name", row => row.GetString(0)));

    /// <summary>Who calls.</summary>
    public enum Sender
    {
        Nobody,
        User,
        OtherUser,
        Support,
        Catalogue,
        Finance,
        Owner,
    }

    /// <summary>The statuses that the comments of the rpcs promise.</summary>
    private static partial class Documented
    {
        public static Dictionary<string, HashSet<string>> Read()
        {
            Dictionary<string, HashSet<string>> all = [];
            List<(string Rpc, string Other)> references = [];
            var files = Directory.GetFiles(Path.Combine(Repository.Root, "protos"), "*.proto", SearchOption.AllDirectories);
            foreach (var file in files)
            {
                var text = File.ReadAllText(file);
                var package = Package().Match(text).Groups[1].Value;
                var service = "";
                var comment = new StringBuilder();
                foreach (var line in text.Split('\n').Select(l => l.Trim()))
                {
                    if (line.StartsWith("//", StringComparison.Ordinal))
                    {
                        comment.Append(line.AsSpan(2)).Append(' ');
                        continue;
                    }

                    service = Service().Match(line) is { Success: true } named ? named.Groups[1].Value : service;
                    if (Rpc().Match(line) is { Success: true } rpc)
                    {
                        var promised = Pair().Matches(comment.ToString())
                            .Select(m => $"{CodeOf(m.Groups[1].Value)}:{m.Groups[2].Value}").ToHashSet();
                        references.AddRange(Other().Matches(comment.ToString())
                            .Select(other => ($"{package}.{service}.{rpc.Groups[1].Value}", $".{other.Groups[1].Value}")));
                        all[$"{package}.{service}.{rpc.Groups[1].Value}"] = promised;
                    }

                    comment.Clear();
                }
            }

            foreach (var (rpc, other) in references)
            {
                all[rpc].UnionWith(all.Where(p => p.Key.EndsWith(other, StringComparison.Ordinal)).SelectMany(p => p.Value).ToArray());
            }

            return all;
        }

        private static StatusCode CodeOf(string upperSnake) =>
            Enum.Parse<StatusCode>(upperSnake.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);

        [GeneratedRegex(@"^package ([\w.]+);", RegexOptions.Multiline)]
        private static partial Regex Package();

        [GeneratedRegex(@"^service (\w+)")]
        private static partial Regex Service();

        [GeneratedRegex(@"^rpc (\w+)")]
        private static partial Regex Rpc();

        [GeneratedRegex(@"([A-Z_]+)/([A-Z_]+)")]
        private static partial Regex Pair();

        [GeneratedRegex(@"(?:Refusals as|those of) (\w+)")]
        private static partial Regex Other();
    }
}

public sealed class RpcSweepOnSqlite(ITestOutputHelper output) : RpcSweepSuite(Database.Sqlite, output);

public sealed class RpcSweepOnPostgres(ITestOutputHelper output) : RpcSweepSuite(Database.PostgreSql, output);
