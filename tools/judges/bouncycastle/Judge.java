// BouncyCastle as the judge of what a home's authority signs. One argument: a folder made by `run`.
//
// Prints one line a case and `N passed, M failed`; exit code 1 if any failed.

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Security;
import java.security.cert.CertPathValidator;
import java.security.cert.CertStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXCertPathChecker;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.icao.CscaMasterList;
import org.bouncycastle.asn1.icao.LDSSecurityObject;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.util.Selector;
import org.bouncycastle.util.Store;
import org.bouncycastle.util.io.pem.PemReader;

public final class Judge {
    private static final String SECURITY_OBJECT = "2.23.136.1.1.1";
    private static final String MASTER_LIST = "2.23.136.1.1.2";
    private static final String MASTER_LIST_SIGNER = "2.23.136.1.1.3";
    /** The marker of a test root: this judge knows that it judges a test home. */
    private static final String TEST_ROOT = "1.3.6.1.4.1.32473.4348.1.1";
    private static final String DOCUMENT_TYPES = "2.23.136.1.1.6.2";

    private interface Case {
        void run() throws Exception;
    }

    private static int passed;
    private static int failed;

    private final Path folder;

    private Judge(Path folder) {
        this.folder = folder;
    }

    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        new Judge(Path.of(arguments[0])).judge();
        System.out.println(passed + " passed, " + failed + " failed");
        System.exit(failed == 0 && passed > 0 ? 0 : 1);
    }

    private void judge() throws Exception {
        X509Certificate old = certificate("root.pem");
        X509Certificate next = certificate("root-2.pem");
        X509Certificate forward = certificate("link-2-by-1.pem");
        X509Certificate backward = certificate("link-1-by-2.pem");
        X509Certificate oldSigner = certificate("signer-1.pem");
        X509Certificate nextSigner = certificate("signer-2.pem");
        List<X509CRL> lists = List.of(list("crl.pem"), list("crl-2.pem"));
        List<X509CRL> revoking = List.of(list("crl-revoked.pem"), list("crl-2.pem"));

        accepts("old signer under the old root", () -> path(old, lists, null, oldSigner));
        accepts("new signer under the new root", () -> path(next, lists, null, nextSigner));
        accepts("new signer through the link of the old root", () -> path(old, lists, null, nextSigner, forward));
        accepts("old signer through the link of the new root", () -> path(next, lists, null, oldSigner, backward));
        refuses("new signer under the old root without a link", () -> path(old, lists, null, nextSigner));
        refuses("new signer through the other link", () -> path(old, lists, null, nextSigner, backward));
        refuses("a link that was altered", () -> path(old, lists, null, nextSigner, altered(forward)));
        refuses("a signer that was altered", () -> path(old, lists, null, altered(oldSigner)));
        refuses("no revocation list", () -> path(old, List.of(), null, oldSigner));
        refuses("the signer revoked", () -> path(old, revoking, null, oldSigner));
        accepts("both lists by their roots", () -> {
            lists.get(0).verify(old.getPublicKey(), "BC");
            lists.get(1).verify(next.getPublicKey(), "BC");
        });
        refuses("a list by the other root", () -> lists.get(0).verify(next.getPublicKey(), "BC"));

        byte[] sod = securityObject();
        accepts("the card's security object, chain and list", () -> object(sod, old, lists));
        refuses("the security object under another root", () -> object(sod, next, lists));
        refuses("the security object of a revoked signer", () -> object(sod, old, revoking));
        everyAlteration("the security object", sod, bytes -> object(bytes, old, lists));

        byte[] list = Files.readAllBytes(folder.resolve("master-list.ml"));
        List<X509Certificate> listed = List.of(old, next, forward, backward);
        accepts("the master list and its signer", () -> masterList(list, next, lists, listed));
        refuses("the master list as a security object", () -> object(list, next, lists));
        refuses("the security object as a master list", () -> masterList(sod, old, lists, listed));
        refuses("a master list without one root", () -> masterList(list, next, lists, List.of(old)));
        everyAlteration("the master list", list, bytes -> masterList(bytes, next, lists, listed));

        byte[] request = pem("request.csr");
        accepts("a request by its own key", () -> request(request));
        everyAlteration("the request", request, Judge::request);
    }

    /** A path from `anchor` down to the first certificate, every one with its revocation list. */
    private static void path(X509Certificate anchor, List<X509CRL> lists, String purpose, X509Certificate... chain)
            throws Exception {
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(anchor, null)));
        parameters.setRevocationEnabled(true);
        CollectionCertStoreParameters store = new CollectionCertStoreParameters(new ArrayList<>(lists));
        parameters.addCertStore(CertStore.getInstance("Collection", store, "BC"));
        parameters.addCertPathChecker(new Known(purpose));
        CertificateFactory factory = CertificateFactory.getInstance("X.509", "BC");
        CertPathValidator validator = CertPathValidator.getInstance("PKIX", "BC");
        validator.validate(factory.generateCertPath(Arrays.asList(chain)), parameters);
    }

    /** The critical extensions that the path validator leaves to the application. */
    private static final class Known extends PKIXCertPathChecker {
        private final String purpose;

        Known(String purpose) {
            this.purpose = purpose;
        }

        @Override
        public void init(boolean forward) {
        }

        @Override
        public boolean isForwardCheckingSupported() {
            return false;
        }

        @Override
        public Set<String> getSupportedExtensions() {
            return Set.of(TEST_ROOT, Extension.extendedKeyUsage.getId());
        }

        @Override
        public void check(Certificate certificate, Collection<String> unresolved)
                throws java.security.cert.CertPathValidatorException {
            X509Certificate held = (X509Certificate) certificate;
            boolean authority = held.getBasicConstraints() >= 0;
            if (authority) {
                unresolved.remove(TEST_ROOT);
                return;
            }
            try {
                List<String> purposes = held.getExtendedKeyUsage();
                List<String> wanted = purpose == null ? null : List.of(purpose);
                if (purposes == null ? wanted != null : !purposes.equals(wanted)) {
                    throw new java.security.cert.CertPathValidatorException("purposes " + purposes);
                }
                unresolved.remove(Extension.extendedKeyUsage.getId());
            } catch (java.security.cert.CertificateParsingException error) {
                throw new java.security.cert.CertPathValidatorException(error);
            }
        }
    }

    /** SignedData of one signer, whose certificate came along: that certificate. */
    private static X509Certificate signed(byte[] der, String type, CMSSignedData data) throws Exception {
        if (!data.getSignedContentTypeOID().equals(type)) {
            throw new CMSException("content type " + data.getSignedContentTypeOID());
        }
        // every byte counts: what was read is written as the same bytes again
        if (!Arrays.equals(data.toASN1Structure().getEncoded("DER"), der)) {
            throw new IOException("not the distinguished encoding");
        }
        Collection<SignerInformation> signers = data.getSignerInfos().getSigners();
        if (signers.size() != 1) {
            throw new CMSException(signers.size() + " signers");
        }
        SignerInformation signer = signers.iterator().next();
        Store<X509CertificateHolder> held = data.getCertificates();
        @SuppressWarnings("unchecked")
        Selector<X509CertificateHolder> selector = signer.getSID();
        X509CertificateHolder holder = held.getMatches(selector).iterator().next();
        if (!signer.verify(new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build(holder))) {
            throw new CMSException("signature");
        }
        return new JcaX509CertificateConverter().setProvider("BC").getCertificate(holder);
    }

    private static void object(byte[] der, X509Certificate root, List<X509CRL> lists) throws Exception {
        CMSSignedData data = new CMSSignedData(der);
        X509Certificate signer = signed(der, SECURITY_OBJECT, data);
        if (signer.getExtensionValue(DOCUMENT_TYPES) == null) {
            throw new CMSException("the signer names no document type");
        }
        LDSSecurityObject content = LDSSecurityObject.getInstance((byte[]) data.getSignedContent().getContent());
        if (content.getDatagroupHash().length < 2) {
            throw new CMSException("no data groups");
        }
        path(root, lists, null, signer);
    }

    private static void masterList(byte[] der, X509Certificate root, List<X509CRL> lists, List<X509Certificate> wanted)
            throws Exception {
        CMSSignedData data = new CMSSignedData(der);
        X509Certificate signer = signed(der, MASTER_LIST, data);
        CscaMasterList list = CscaMasterList.getInstance((byte[]) data.getSignedContent().getContent());
        if (list.getVersion() != 0) {
            throw new CMSException("version " + list.getVersion());
        }
        List<String> held = new ArrayList<>();
        for (org.bouncycastle.asn1.x509.Certificate certificate : list.getCertStructs()) {
            held.add(hex(certificate.getEncoded("DER")));
        }
        List<String> expected = new ArrayList<>();
        for (X509Certificate certificate : wanted) {
            expected.add(hex(certificate.getEncoded()));
        }
        Collections.sort(held);
        Collections.sort(expected);
        if (!held.equals(expected)) {
            throw new CMSException(held.size() + " certificates, not the ones expected");
        }
        path(root, lists, MASTER_LIST_SIGNER, signer);
    }

    private static void request(byte[] der) throws Exception {
        PKCS10CertificationRequest request = new PKCS10CertificationRequest(der);
        if (!Arrays.equals(request.toASN1Structure().getEncoded("DER"), der)) {
            throw new IOException("not the distinguished encoding");
        }
        if (!request.isSignatureValid(
                new JcaContentVerifierProviderBuilder().setProvider("BC").build(request.getSubjectPublicKeyInfo()))) {
            throw new GeneralSecurityException("signature");
        }
        Extensions asked = Extensions.getInstance(
                request.getAttributes(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest)[0].getAttrValues().getObjectAt(0));
        ExtendedKeyUsage purposes = ExtendedKeyUsage.fromExtensions(asked);
        ASN1ObjectIdentifier bundles = new ASN1ObjectIdentifier("1.3.6.1.4.1.32473.4348.4.3");
        if (purposes.size() != 1 || !purposes.hasKeyPurposeId(KeyPurposeId.getInstance(bundles))) {
            throw new GeneralSecurityException("purposes");
        }
    }

    private interface Check {
        void run(byte[] bytes) throws Exception;
    }

    /** 64 places over the whole length, one bit each: every one must be refused. */
    private static void everyAlteration(String what, byte[] good, Check check) {
        int taken = 0;
        for (int step = 0; step < 64; step++) {
            byte[] bytes = good.clone();
            int position = (int) ((long) step * good.length / 64);
            bytes[position] ^= 0x01;
            try {
                check.run(bytes);
                System.out.println("  accepted with byte " + position + " altered");
                taken++;
            } catch (Exception refused) {
                // as it should be
            }
        }
        say("refuses " + what + " with a byte altered, 64 places", taken == 0, taken + " accepted");
    }

    private static void accepts(String what, Case test) {
        try {
            test.run();
            say("accepts " + what, true, "");
        } catch (Exception error) {
            say("accepts " + what, false, error.toString());
        }
    }

    private static void refuses(String what, Case test) {
        try {
            test.run();
            say("refuses " + what, false, "it was accepted");
        } catch (Exception error) {
            say("refuses " + what, true, "");
        }
    }

    private static void say(String what, boolean good, String why) {
        System.out.println((good ? "ok      " : "FAILED  ") + what + (good ? "" : ": " + why));
        if (good) {
            passed++;
        } else {
            failed++;
        }
    }

    private X509Certificate certificate(String name) throws Exception {
        return read(pem(name));
    }

    private static X509Certificate read(byte[] der) throws Exception {
        CertificateFactory factory = CertificateFactory.getInstance("X.509", "BC");
        return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der));
    }

    private static X509Certificate altered(X509Certificate certificate) throws Exception {
        byte[] der = certificate.getEncoded();
        der[der.length - 1] ^= 0x01;
        return read(der);
    }

    private X509CRL list(String name) throws Exception {
        CertificateFactory factory = CertificateFactory.getInstance("X.509", "BC");
        return (X509CRL) factory.generateCRL(new ByteArrayInputStream(pem(name)));
    }

    private byte[] pem(String name) throws IOException {
        try (Reader file = Files.newBufferedReader(folder.resolve(name)); PemReader reader = new PemReader(file)) {
            return reader.readPemObject().getContent();
        }
    }

    /** EF.SOD without its tag 77. */
    private byte[] securityObject() throws IOException {
        byte[] file = Files.readAllBytes(folder.resolve("sod.bin"));
        if (file[0] != 0x77) {
            throw new IOException("EF.SOD begins with another tag");
        }
        int lengthBytes = (file[1] & 0x80) == 0 ? 1 : 1 + (file[1] & 0x7F);
        return Arrays.copyOfRange(file, 1 + lengthBytes, file.length);
    }

    private static String hex(byte[] bytes) {
        return org.bouncycastle.util.encoders.Hex.toHexString(bytes);
    }
}
