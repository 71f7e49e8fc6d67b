using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Silo.Files;

/// <summary>Files as objects of a bucket.</summary>
internal sealed class S3FileStore : IFileStore, IDisposable
{
    private readonly AmazonS3Client client;
    private readonly string bucket;

    public S3FileStore(S3Options options)
    {
        bucket = options.Bucket;
        client = new AmazonS3Client(
            new BasicAWSCredentials(options.AccessKey, options.SecretKey),
            new AmazonS3Config
            {
                ServiceURL = options.ServiceUrl,
                AuthenticationRegion = options.Region,
                // Buckets as host names need a wildcard in the DNS, which stores of one's own seldom have.
                ForcePathStyle = true,
                // Other stores do not know the newer checksums.
                RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
                ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
                Timeout = TimeSpan.FromSeconds(60),
                MaxErrorRetry = 2,
            });
    }

    public Task PutAsync(string key, Stream content, string contentType, CancellationToken cancellation) => client.PutObjectAsync(
        new PutObjectRequest
        {
            BucketName = bucket,
            Key = Checked(key),
            InputStream = content,
            ContentType = contentType,
            AutoCloseStream = false,
            UseChunkEncoding = false,
        },
        cancellation);

    public async Task<Stream?> GetAsync(string key, CancellationToken cancellation)
    {
        try
        {
            var response = await client.GetObjectAsync(bucket, Checked(key), cancellation);
            return new S3ObjectStream(client, bucket, key, response);
        }
        catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    public Task DeleteAsync(string key, CancellationToken cancellation) =>
        client.DeleteObjectAsync(bucket, Checked(key), cancellation);

    public void Dispose() => client.Dispose();

    private static string Checked(string key) =>
        FilesRules.IsKey(key) ? key : throw new ArgumentException("This is no key of a file.", nameof(key));

    /// <summary>An object that is read from where it is asked for: a seek costs another request, of the rest only.</summary>
    private sealed class S3ObjectStream(IAmazonS3 client, string bucket, string key, GetObjectResponse first) : Stream
    {
        private GetObjectResponse? response = first;
        private long position;

        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length { get; } = first.ContentLength;

        public override long Position
        {
            get => position;
            set => Seek(value, SeekOrigin.Begin);
        }

        public override long Seek(long offset, SeekOrigin origin)
        {
            var target = origin switch
            {
                SeekOrigin.Begin => offset,
                SeekOrigin.Current => position + offset,
                _ => Length + offset,
            };
            ArgumentOutOfRangeException.ThrowIfNegative(target, nameof(offset));
            if (target != position)
            {
                response?.Dispose();
                (response, position) = (null, target);
            }

            return position;
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (position >= Length)
            {
                return 0;
            }

            response ??= await client.GetObjectAsync(
                new() { BucketName = bucket, Key = key, ByteRange = new(position, Length - 1) }, cancellationToken);
            var read = await response.ResponseStream.ReadAsync(buffer, cancellationToken);
            position += read;
            return read;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                response?.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
